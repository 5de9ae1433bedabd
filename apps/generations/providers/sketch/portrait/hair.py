"""Hair: what falls behind the head and what frames the face, by cut."""

from collections.abc import Sequence
from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import mix
from apps.generations.providers.sketch.curves import Point, arc, mirrored, spline
from apps.generations.providers.sketch.portrait.frame import Frame
from apps.generations.providers.sketch.portrait.hat import sun_hat
from apps.generations.providers.sketch.portrait.looks import Look

# Right halves of the mass behind the head, from the crown down.
_BEHIND: dict[str, tuple[Point, ...]] = {
    "long": (
        (0, -1.27),
        (0.52, -1.17),
        (0.9, -0.72),
        (1.0, 0.0),
        (1.03, 0.9),
        (1.14, 1.7),
        (0.92, 2.2),
        (0.4, 2.25),
    ),
    "waves": (
        (0, -1.28),
        (0.6, -1.18),
        (0.98, -0.7),
        (1.0, -0.2),
        (1.2, 0.25),
        (1.06, 0.75),
        (1.3, 1.25),
        (1.08, 1.75),
        (0.6, 1.95),
        (0.3, 1.7),
    ),
    "bob": (
        (0, -1.27),
        (0.58, -1.16),
        (0.97, -0.68),
        (1.05, 0.0),
        (1.06, 0.62),
        (0.9, 0.98),
        (0.5, 0.9),
    ),
    "bun": ((0, -1.18), (0.5, -1.08), (0.82, -0.62), (0.84, -0.1), (0.7, 0.3)),
    "hat": (
        (0, -1.2),
        (0.5, -1.1),
        (0.88, -0.62),
        (0.98, 0.0),
        (1.02, 0.7),
        (1.1, 1.3),
        (0.86, 1.72),
        (0.4, 1.7),
    ),
    "crop": ((0, -1.24), (0.5, -1.16), (0.84, -0.74), (0.83, -0.2), (0.76, 0.1)),
}

# What lies over the forehead, from the left temple to the right one and back.
_CAP: tuple[Point, ...] = (
    *((-0.8, 0.02), (-0.84, -0.5), (-0.5, -1.1), (0, -1.2)),
    *((0.5, -1.1), (0.84, -0.5), (0.8, 0.02)),
)
_CAP_STRANDS: tuple[tuple[Point, ...], ...] = (
    ((-0.5, -0.86), (-0.1, -1.1), (0.4, -0.98)),
    ((-0.62, -0.7), (-0.3, -1.0), (0.1, -1.08)),
)
_SWEEP_TOP: tuple[Point, ...] = (
    *((-0.8, 0.0), (-0.86, -0.55), (-0.62, -1.12), (0.1, -1.36)),
    *((0.72, -1.1), (0.88, -0.5), (0.8, 0.0)),
)
_SWEEP_UNDER: tuple[Point, ...] = (
    *((0.7, -0.3), (0.62, -0.62), (0.1, -0.68)),
    *((-0.42, -0.8), (-0.66, -0.5), (-0.7, -0.2)),
)
_SWEEP_STRANDS: tuple[tuple[Point, ...], ...] = (
    ((-0.5, -0.9), (0.0, -1.06), (0.56, -0.84)),
    ((-0.46, -1.05), (0.05, -1.2), (0.6, -1.0)),
)
# How far down parted hair falls beside the face.
_CURTAIN_ENDS = {"bob": 0.72, "long": 1.25, "waves": 1.05, "hat": 0.95}


def behind(canvas: Canvas, frame: Frame, look: Look, rng: Random) -> None:
    """Draw the hair that the face and shoulders will cover."""
    if look.cut == "afro":
        _cloud_of_curls(canvas, frame, look, rng)
        return
    if look.cut == "bun":
        (knot,) = frame.place([(rng.uniform(-0.12, 0.12), -1.42)])
        canvas.disc(knot, frame.radius * 0.42, [look.hair_light, look.hair])
    outline = frame.place(mirrored(spline(_BEHIND[look.cut]), 0))
    canvas.polygon(outline, [look.hair, mix(look.hair, canvas.palette.ink, 0.25)])


def _cloud_of_curls(canvas: Canvas, frame: Frame, look: Look, rng: Random) -> None:
    for x, y in arc((0, -0.38), (0.98, 0.95), 0, 1, steps=26):
        (place,) = frame.place([(x, y)])
        canvas.disc(place, frame.radius * rng.uniform(0.27, 0.36), look.hair)
    (middle,) = frame.place([(0, -0.35)])
    canvas.disc(middle, frame.radius * 1.05, look.hair)


def framing(canvas: Canvas, frame: Frame, look: Look, rng: Random) -> None:
    """Draw the hair that lies over the forehead and beside the cheeks."""
    if look.cut == "afro":
        _hairline(canvas, frame, look, -0.58)
    elif look.cut == "crop":
        _sweep(canvas, frame, look)
    elif look.cut == "bun":
        _hairline(canvas, frame, look, -0.66)
    else:
        _curtains(canvas, frame, look, rng)
    if look.cut == "hat":
        sun_hat(canvas, frame)


def _hairline(canvas: Canvas, frame: Frame, look: Look, height: float) -> None:
    temple = [(0.7, -0.32), (0.46, height - 0.06), (0, height - 0.16)]
    under = [*temple, *((-x, y) for x, y in reversed(temple[:-1]))]
    canvas.polygon(frame.place([*spline(_CAP), *spline(under)]), look.hair)
    _strands(canvas, frame, look, _CAP_STRANDS)


def _sweep(canvas: Canvas, frame: Frame, look: Look) -> None:
    canvas.polygon(frame.place([*spline(_SWEEP_TOP), *spline(_SWEEP_UNDER)]), look.hair)
    _strands(canvas, frame, look, _SWEEP_STRANDS)


def _curtains(canvas: Canvas, frame: Frame, look: Look, rng: Random) -> None:
    part = rng.uniform(-0.28, 0.28)
    for side in (-1, 1):
        curtain = frame.place(_curtain(part, side, _CURTAIN_ENDS[look.cut]))
        canvas.polygon(curtain, [look.hair_light, look.hair, look.hair])
        _strands(canvas, frame, look, _locks(part, side, _CURTAIN_ENDS[look.cut]))


def _curtain(part: float, side: int, low: float) -> list[Point]:
    outer = [(0.55, -1.14), (0.94, -0.66), (1.0, 0.0), (0.99, low * 0.8), (0.86, low * 1.12)]
    inner = [(0.86, low * 1.12), (0.79, low * 0.7), (0.77, 0.2), (0.7, -0.26)]
    falling = spline([(part, -1.24), *((side * x, y) for x, y in outer)])
    brow = (side * 0.4 + part * 0.3, -0.72)
    rising = spline([*((side * x, y) for x, y in inner), brow, (part, -1.02)])
    return [*falling, *rising]


def _locks(part: float, side: int, low: float) -> list[list[Point]]:
    return [
        [
            (part + side * 0.08, -1.12),
            (side * 0.6, -0.86),
            (side * (0.82 + reach), -0.2),
            (side * (0.8 + reach), low * (0.7 + reach)),
        ]
        for reach in (0.0, 0.06, 0.12)
    ]


def _strands(canvas: Canvas, frame: Frame, look: Look, strands: Sequence[Sequence[Point]]) -> None:
    tone = mix(look.hair, canvas.palette.light, 0.34)
    for strand in strands:
        canvas.line(frame.place(spline(strand)), frame.radius * 0.018, tone, opacity=0.6)
