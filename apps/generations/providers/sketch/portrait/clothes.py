"""Neck, shoulders and what they wear."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import Point, arc, mirrored, spline
from apps.generations.providers.sketch.portrait.frame import Frame
from apps.generations.providers.sketch.portrait.looks import Look

_SHOULDER: tuple[Point, ...] = (
    (0.34, 1.34),
    (0.62, 1.56),
    (1.18, 1.8),
    (1.58, 2.12),
    (1.8, 2.9),
    (1.92, 6.0),
)
# How the garment's edge runs from the shoulder to the middle of the chest.
_NECKLINES: dict[str, tuple[Point, ...]] = {
    "crew": ((0.52, 1.49), (0.4, 1.72), (0.0, 1.84)),
    "scoop": ((0.78, 1.6), (0.56, 2.0), (0.0, 2.22)),
    "vee": ((0.6, 1.53), (0.34, 1.95), (0.0, 2.45)),
    "collar": ((0.5, 1.48), (0.26, 1.8), (0.0, 2.15)),
    "turtle": ((0.5, 1.49), (0.38, 1.6), (0.0, 1.68)),
}


def bust(canvas: Canvas, frame: Frame, look: Look, rng: Random) -> None:
    """Draw neck, chest and garment, down to the picture's edge."""
    shoulders = spline(_SHOULDER)
    canvas.polygon(frame.upright(mirrored(shoulders, 0)), [look.skin, look.skin, look.shade])
    _neck(canvas, frame, look)
    _garment(canvas, frame, look, rng, shoulders)


def _neck(canvas: Canvas, frame: Frame, look: Look) -> None:
    top, foot = (
        frame.place([(-0.33, 0.5), (0.33, 0.5)]),
        frame.upright([(0.38, 1.46), (-0.38, 1.46)]),
    )
    canvas.polygon([*top, *foot], look.skin)
    under = [(-0.36, 0.72), (0.36, 0.72), (0.37, 1.2), (0.1, 1.42), (-0.36, 1.12)]
    canvas.polygon(frame.place(under), look.shade, opacity=0.75)
    for side in (-1, 1):
        bone = [(side * 0.16, 1.66), (side * 0.5, 1.62), (side * 0.86, 1.7)]
        canvas.line(frame.upright(spline(bone)), frame.radius * 0.022, look.shade, opacity=0.7)


def _garment(canvas: Canvas, frame: Frame, look: Look, rng: Random, shoulders: list[Point]) -> None:
    edge = _NECKLINES[look.neckline]
    outside = [point for point in shoulders if point[0] >= edge[0][0]]
    half = [*reversed(spline(edge)), *((x + 0.03, y - 0.02) for x, y in outside)]
    tone = look.garment
    canvas.polygon(
        frame.upright(mirrored(half, 0)),
        [mix(tone, canvas.palette.light, 0.1), tone, mix(tone, canvas.palette.ink, 0.3)],
    )
    if look.neckline == "turtle":
        _turtleneck(canvas, frame, tone)
    elif look.neckline == "collar":
        _lapels(canvas, frame, tone)
    else:
        _pattern(canvas, frame, rng, tone)
    for side in (-1, 1):
        fold = [(side * 1.1, 2.3), (side * 1.05, 2.9), (side * 1.18, 4.2)]
        canvas.line(frame.upright(spline(fold)), frame.radius * 0.03, canvas.palette.ink, opacity=0.28)


def _turtleneck(canvas: Canvas, frame: Frame, tone: Colour) -> None:
    roll = [
        (-0.42, 1.12),
        (0.42, 1.12),
        (0.5, 1.58),
        *arc((0, 1.58), (0.5, 0.2), 0, 0.5),
        (-0.5, 1.58),
    ]
    canvas.polygon(frame.upright(roll), mix(tone, canvas.palette.light, 0.16))
    canvas.line(
        frame.upright(arc((0, 1.2), (0.43, 0.14), 0.02, 0.48)),
        frame.radius * 0.025,
        canvas.palette.ink,
        opacity=0.3,
    )


def _lapels(canvas: Canvas, frame: Frame, tone: Colour) -> None:
    for side in (-1, 1):
        lapel = [
            (side * 0.44, 1.4),
            (side * 0.72, 1.62),
            (side * 0.66, 2.1),
            (side * 0.84, 2.16),
            (side * 0.02, 3.2),
            (side * 0.0, 2.2),
        ]
        canvas.polygon(
            frame.upright(lapel),
            mix(tone, canvas.palette.light if side < 0 else canvas.palette.ink, 0.18),
        )


def _pattern(canvas: Canvas, frame: Frame, rng: Random, tone: Colour) -> None:
    if rng.random() < 0.5:
        return
    stripe = mix(tone, canvas.palette.paper if sum(tone) < 420 else canvas.palette.near, 0.6)
    for index in range(7):
        y = 2.5 + 0.26 * index
        reach = 1.66 + 0.04 * index
        hem = spline([(-reach, y + 0.06), (-0.6, y + 0.16), (0.6, y + 0.16), (reach, y + 0.06)])
        canvas.line(frame.upright(hem), frame.radius * 0.05, stripe, opacity=0.75)
