"""The disc behind a head, plain or with rays, rings or an arch."""

from collections.abc import Callable
from typing import TypeAlias

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import Point, arc
from apps.generations.providers.sketch.portrait.frame import Frame

_Halo: TypeAlias = Callable[[Canvas, Point, float, Colour], None]


def halo(canvas: Canvas, frame: Frame) -> None:
    """Draw a halo around the head in `frame`."""
    rng, palette = canvas.rng("halo"), canvas.palette
    middle = (frame.centre[0], frame.centre[1] - frame.radius * 0.15)
    reach = frame.radius * rng.uniform(1.85, 2.15)
    tone = rng.choice([palette.accent, palette.second, palette.light, palette.far])
    rng.choice(_HALOS)(canvas, middle, reach, tone)


def _disc(canvas: Canvas, middle: Point, reach: float, tone: Colour) -> None:
    canvas.disc(middle, reach, [tone, mix(tone, canvas.palette.sky[2], 0.4)])


def _rays(canvas: Canvas, middle: Point, reach: float, tone: Colour) -> None:
    far = (reach * 1.6, reach * 1.6)
    for index in range(36):
        wedge = arc(middle, far, (index - 0.2) / 36, (index + 0.2) / 36, steps=2)
        canvas.polygon([middle, *wedge], tone, opacity=0.3)
    _disc(canvas, middle, reach, tone)


def _rings(canvas: Canvas, middle: Point, reach: float, tone: Colour) -> None:
    for index in range(5):
        radius = reach * (1 + 0.14 * index)
        ring = arc(middle, (radius, radius), 0, 1, steps=90)
        canvas.line(ring, canvas.unit * 0.003, tone, opacity=0.75 - 0.14 * index)
    _disc(canvas, middle, reach, tone)


def _arch(canvas: Canvas, middle: Point, reach: float, tone: Colour) -> None:
    half, foot = reach * 1.1, canvas.height + 2
    dome = arc(middle, (half, half), 0.5, 1)
    outline = [(middle[0] - half, foot), *dome, (middle[0] + half, foot)]
    canvas.polygon(outline, mix(tone, canvas.palette.sky[2], 0.35))


_HALOS: tuple[_Halo, ...] = (_disc, _rays, _rings, _arch)
