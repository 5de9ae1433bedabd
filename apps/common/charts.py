"""Small bar charts as inline SVG, measured here and drawn by ``_components/bar_chart.html``.

Across, everything is a share of the width and down it is in pixels, so that words keep their size on a phone. Only
attributes place things: the content security policy allows no inline style.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT_PX: Final = 200

_ABOVE_PX = 20  # for the word over the tallest bar
_ABOVE_UNWORDED_PX = 4
_BELOW_PX = 24  # for the labels under all bars
_GAP = 0.28  # of a bar's place, between it and the next
_MOST_WORDED = 14  # with more bars than these their words would run into each other
_MOST_LABELS = 8


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
    is_labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A level to compare with, across the whole chart."""

    value: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars from left to right. ``name`` tells it from others on the page; ``least_top`` keeps small values small.

    With many bars their words are left to the pointer and to the table beside, and only some have a label.
    """

    name: str
    title: str
    description: str
    bars: Sequence[Bar]
    least_top: float
    line: Line | None = None
    height: int = HEIGHT_PX

    @property
    def floor(self) -> int:
        return self.height - _BELOW_PX

    @property
    def labels_at(self) -> int:
        return self.height - 6

    @property
    def line_at(self) -> str:
        return _px(self._level(self.line.value)) if self.line else ""

    @property
    def is_worded(self) -> bool:
        """Whether there is room for each bar's words."""
        return len(self.bars) <= _MOST_WORDED

    @property
    def placed(self) -> list[PlacedBar]:
        """The bars from left to right; every second label gives way where there is little room, never the last."""
        place = 100 / max(len(self.bars), 1)
        return [self._place(bar, number, place) for number, bar in enumerate(self.bars)]

    def _place(self, bar: Bar, number: int, place: float) -> PlacedBar:
        top, from_right = self._level(bar.value or 0), len(self.bars) - number - 1
        return PlacedBar(
            bar=bar,
            left=_percent((number + _GAP / 2) * place),
            width=_percent((1 - _GAP) * place),
            middle=_percent((number + 0.5) * place),
            top=_px(top),
            height=_px(self.floor - top),
            words_at=_px(top - 6),
            is_minor=(from_right if self.is_worded else from_right // self._label_every) % 2 == 1,
            is_labelled=self.is_worded or from_right % self._label_every == self._label_every // 2,
        )

    @property
    def _label_every(self) -> int:
        return -(-len(self.bars) // _MOST_LABELS)

    def _level(self, value: float) -> float:
        """How far down from the top a value lies, in pixels."""
        top = max(self.least_top, *(bar.value or 0 for bar in self.bars), self.line.value if self.line else 0)
        return self.floor - value / top * (self.floor - (_ABOVE_PX if self.is_worded else _ABOVE_UNWORDED_PX))


def _percent(share: float) -> str:
    return f"{share:.3f}%"


def _px(length: float) -> str:
    return f"{length:.1f}"
