"""Small bar charts as inline SVG, measured here and drawn by ``_components/bar_chart.html``.

Across, everything is a share of the width and down it is in pixels, so that words keep their size on a phone. Only
attributes place things: the content security policy allows no inline style.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT_PX: Final = 200

_ABOVE_PX = 20  # for the word over the tallest bar
_BELOW_PX = 24  # for the labels under all bars
_FLOOR_PX = HEIGHT_PX - _BELOW_PX
_GAP = 0.28  # of a bar's place, between it and the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value, what it is called and how it is said; ``value`` null where there is nothing to show."""

    label: str
    value: float | None
    words: str
    is_provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBar:
    """A bar where it stands: ``left``, ``width`` and ``middle`` in percent of the width, the others in pixels."""

    bar: Bar
    left: str
    width: str
    middle: str
    top: str
    height: str
    words_at: str
    is_minor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A level to compare with, across the whole chart."""

    value: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars from left to right. ``name`` tells it from others on the page; ``least_top`` keeps small values small."""

    name: str
    title: str
    description: str
    bars: Sequence[Bar]
    line: Line
    least_top: float

    @property
    def height(self) -> int:
        return HEIGHT_PX

    @property
    def floor(self) -> int:
        return _FLOOR_PX

    @property
    def labels_at(self) -> int:
        return HEIGHT_PX - 6

    @property
    def line_at(self) -> str:
        return _px(self._level(self.line.value))

    @property
    def placed(self) -> list[PlacedBar]:
        """The bars from left to right; every second label gives way where there is little room, never the last."""
        place = 100 / max(len(self.bars), 1)
        return [self._place(bar, number, place) for number, bar in enumerate(self.bars)]

    def _place(self, bar: Bar, number: int, place: float) -> PlacedBar:
        top = self._level(bar.value or 0)
        return PlacedBar(
            bar=bar,
            left=_percent((number + _GAP / 2) * place),
            width=_percent((1 - _GAP) * place),
            middle=_percent((number + 0.5) * place),
            top=_px(top),
            height=_px(_FLOOR_PX - top),
            words_at=_px(top - 6),
            is_minor=(len(self.bars) - number) % 2 == 0,
        )

    def _level(self, value: float) -> float:
        """How far down from the top a value lies, in pixels."""
        top = max(self.least_top, *(bar.value or 0 for bar in self.bars), self.line.value)
        return _FLOOR_PX - value / top * (_FLOOR_PX - _ABOVE_PX)


def _percent(share: float) -> str:
    return f"{share:.3f}%"


def _px(length: float) -> str:
    return f"{length:.1f}"
