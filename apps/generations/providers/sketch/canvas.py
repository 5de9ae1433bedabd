"""The sheet a scene is drawn on: antialiased shapes, gradients, light and shade."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import chain
from math import ceil, floor
from random import Random
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from apps.generations.providers.sketch.colour import Colour, along
from apps.generations.providers.sketch.curves import Point
from apps.generations.providers.sketch.palettes import Palette

# One colour, or a ramp of colours from the top of the shape to its bottom.
Fill: TypeAlias = Colour | list[Colour]
Box: TypeAlias = tuple[int, int, int, int]
_Magnify: TypeAlias = Callable[[Sequence[Point]], list[Point]]
_Stroke: TypeAlias = Callable[[ImageDraw.ImageDraw, _Magnify], None]

_SUPERSAMPLING = 3


class Canvas:
    """A picture being drawn.

    `unit` is the shorter side: sizes given as shares of it look alike in every aspect ratio.
    `detail` is 1.0 for standard quality and more for finer work. `words` are the prompt's, for
    scenes that know some of them.
    """

    def __init__(
        self,
        size: tuple[int, int],
        palette: Palette,
        *,
        key: str,
        detail: float,
        words: frozenset[str],
    ) -> None:
        self.image = Image.new("RGB", size, palette.paper)
        self.width, self.height = size
        self.unit = min(size)
        self.palette = palette
        self.detail = detail
        self.words = words
        self._key = key

    def rng(self, name: str) -> Random:
        """Return this picture's own chance for `name`: the same at every quality and run."""
        return Random(sha256(f"{self._key}\n{name}".encode("utf-8", "surrogatepass")).digest())

    def count(self, standard: int) -> int:
        """Return how many of a fine thing to draw, given how many standard quality has."""
        return round(standard * self.detail)

    def wash(self, stops: Sequence[Colour]) -> None:
        """Cover everything with a ramp from top to bottom."""
        self.image.paste(ramp(stops, self.image.size))

    def band(self, top: float, bottom: float, stops: Sequence[Colour]) -> None:
        """Cover the picture's full width between two heights with a ramp."""
        size = (self.width, max(1, round(bottom) - round(top)))
        self.image.paste(ramp(stops, size), (0, round(top)))

    def block(self, place: tuple[float, float, float, float], colour: Colour) -> None:
        """Fill a small upright rectangle, given as (x, y, width, height), on whole pixels."""
        x, y, width, height = place
        left, top = round(x), round(y)
        box = (left, top, left + max(1, round(width)), top + max(1, round(height)))
        self.image.paste(colour, box)

    def polygon(self, points: Sequence[Point], fill: Fill, *, opacity: float = 1.0) -> None:
        """Fill an outline."""
        self._shape(_bounds(points), fill, opacity, lambda draw, to: draw.polygon(to(points), 255))

    def line(self, points: Sequence[Point], width: float, fill: Fill, *, opacity: float = 1.0) -> None:
        """Draw a line `width` pixels thick, with round corners."""
        thick = max(1, round(width * _SUPERSAMPLING))
        self._shape(
            _bounds(points, width),
            fill,
            opacity,
            lambda draw, to: draw.line(to(points), 255, thick, joint="curve"),
        )

    def ellipse(self, centre: Point, radius: Point, fill: Fill, *, opacity: float = 1.0) -> None:
        """Fill an upright ellipse."""
        corners = (
            (centre[0] - radius[0], centre[1] - radius[1]),
            (centre[0] + radius[0], centre[1] + radius[1]),
        )
        self._shape(_bounds(corners), fill, opacity, lambda draw, to: draw.ellipse(to(corners), 255))

    def disc(self, centre: Point, radius: float, fill: Fill, *, opacity: float = 1.0) -> None:
        """Fill a circle."""
        self.ellipse(centre, (radius, radius), fill, opacity=opacity)

    def shadow(self, points: Sequence[Point], blur: float, *, opacity: float) -> None:
        """Lay the soft shadow of an outline, `blur` pixels wide, in the palette's ink."""
        small = 4
        box = _grown(_bounds(points), ceil(blur * 3))
        mask = Image.new("L", ((box[2] - box[0]) // small + 1, (box[3] - box[1]) // small + 1))
        flat = [((x - box[0]) / small, (y - box[1]) / small) for x, y in points]
        ImageDraw.Draw(mask).polygon(flat, round(255 * opacity))
        soft = mask.filter(ImageFilter.GaussianBlur(blur / small))
        full = soft.resize((mask.width * small, mask.height * small), Image.Resampling.BICUBIC)
        self.image.paste(self.palette.ink, (box[0], box[1]), full)

    def glow(self, centre: Point, radius: float, colour: Colour, *, strength: float) -> None:
        """Add round light that fades to nothing at `radius`."""
        box = self._clipped(_bounds((centre,), radius))
        if box is None:
            return
        left, top = centre[0] - radius, centre[1] - radius
        scale = 256 / (2 * radius)
        source = tuple((edge - origin) * scale for edge, origin in zip(box, (left, top) * 2, strict=True))
        mask = _falloff(strength).resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BICUBIC, _inside(source))
        self.lighten(mask, colour, (box[0], box[1]))

    def lighten(self, mask: Image.Image, colour: Colour, at: tuple[int, int] = (0, 0)) -> None:
        """Screen `colour` onto the picture where `mask` (mode L) lets it through."""
        box = (at[0], at[1], at[0] + mask.width, at[1] + mask.height)
        light = Image.composite(Image.new("RGB", mask.size, colour), Image.new("RGB", mask.size), mask)
        self.image.paste(ImageChops.screen(self.image.crop(box), light), box)

    def veil(self, colour: Colour, stops: Sequence[float]) -> None:
        """Lay `colour` over everything, its opacity running through `stops` from the top down."""
        levels = bytes(round(255 * _ramp_value(stops, row / (self.height - 1))) for row in range(self.height))
        mask = Image.frombytes("L", (1, self.height), levels).resize(self.image.size)
        self.image.paste(colour, (0, 0), mask)

    def _shape(
        self,
        bounds: Box,
        fill: Fill,
        opacity: float,
        draw: _Stroke,
    ) -> None:
        box = self._clipped(bounds)
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        large = Image.new("L", (size[0] * _SUPERSAMPLING, size[1] * _SUPERSAMPLING))
        draw(ImageDraw.Draw(large), lambda points: _magnified(points, box))
        mask = large.reduce(_SUPERSAMPLING)
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        self.image.paste(_paint(fill, size, bounds, box), box, mask)

    def _clipped(self, bounds: Box) -> Box | None:
        left, top = max(bounds[0], 0), max(bounds[1], 0)
        right, bottom = min(bounds[2], self.width), min(bounds[3], self.height)
        return (left, top, right, bottom) if left < right and top < bottom else None


def ramp(stops: Sequence[Colour], size: tuple[int, int]) -> Image.Image:
    """Return a vertical ramp of `size` through evenly spaced `stops`."""
    steps = min(size[1], 192)
    colours = [along(stops, step / max(steps - 1, 1)) for step in range(steps)]
    strip = Image.frombytes("RGB", (1, steps), bytes(chain.from_iterable(colours)))
    return strip.resize(size, Image.Resampling.BILINEAR)


def _paint(fill: Fill, size: tuple[int, int], bounds: Box, box: Box) -> Colour | Image.Image:
    if not isinstance(fill, list):
        return fill
    whole = ramp(fill, (1, bounds[3] - bounds[1]))
    seen = whole.crop((0, box[1] - bounds[1], 1, box[3] - bounds[1]))
    return seen.resize(size)


def _magnified(points: Sequence[Point], box: Box) -> list[Point]:
    return [((x - box[0]) * _SUPERSAMPLING, (y - box[1]) * _SUPERSAMPLING) for x, y in points]


def _bounds(points: Sequence[Point], margin: float = 0.0) -> Box:
    across = [x for x, _ in points]
    down = [y for _, y in points]
    return (
        floor(min(across) - margin),
        floor(min(down) - margin),
        ceil(max(across) + margin) + 1,
        ceil(max(down) + margin) + 1,
    )


def _grown(box: Box, margin: int) -> Box:
    return box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin


def _inside(box: tuple[float, ...]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (min(max(edge, 0.0), 256.0) for edge in box)
    return left, top, max(right, left + 0.01), max(bottom, top + 0.01)


def _falloff(strength: float) -> Image.Image:
    # Pillow's gradient reaches 255 in the corners and 181 at the middle of each edge.
    levels = [round(255 * strength * max(0.0, 1 - level / 181) ** 2) for level in range(256)]
    return Image.radial_gradient("L").point(levels)


def _ramp_value(stops: Sequence[float], share: float) -> float:
    place = share * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    return stops[index] + (stops[index + 1] - stops[index]) * (place - index)
