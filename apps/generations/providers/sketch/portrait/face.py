"""The face: oval, light from one side, and as few features as a fashion sketch needs."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import Point, arc, mirrored, spline
from apps.generations.providers.sketch.portrait.frame import Frame
from apps.generations.providers.sketch.portrait.looks import Look

_OVAL: tuple[Point, ...] = (
    (0, -1.04),
    (0.4, -0.96),
    (0.67, -0.62),
    (0.735, -0.12),
    (0.69, 0.3),
    (0.53, 0.7),
    (0.27, 0.97),
    (0, 1.04),
)


def face(canvas: Canvas, frame: Frame, look: Look, rng: Random) -> None:
    """Draw the bare head with its features; hair comes later."""
    side = rng.choice([-1, 1])
    _ears(canvas, frame, look)
    oval = mirrored(spline(_OVAL), 0)
    canvas.polygon(frame.place(oval), [mix(look.skin, canvas.palette.light, 0.12), look.skin])
    _side_light(canvas, frame, look, side)
    _cheeks(canvas, frame, look)
    if look.has_beard:
        _beard(canvas, frame, look)
    _eyes(canvas, frame, look, gaze=rng.random() < 0.45)
    _mouth(canvas, frame, look)
    if look.has_glasses:
        _glasses(canvas, frame)


def _ears(canvas: Canvas, frame: Frame, look: Look) -> None:
    for side in (-1, 1):
        canvas.polygon(frame.place(arc((side * 0.74, 0.06), (0.12, 0.22), 0, 1)), look.shade)
        if look.has_earrings:
            canvas.polygon(frame.place(arc((side * 0.78, 0.44), (0.1, 0.14), 0, 1)), canvas.palette.second)
            canvas.polygon(frame.place(arc((side * 0.78, 0.43), (0.055, 0.09), 0, 1)), look.shade)


def _side_light(canvas: Canvas, frame: Frame, look: Look, side: int) -> None:
    # The edge of the shade draws brow, nose and chin in one line.
    edge = spline(
        [
            (side * x, y)
            for x, y in (
                (0.04, -1.04),
                (0.1, -0.5),
                (0.03, -0.2),
                (0.05, 0.1),
                (-0.1, 0.36),
                (0.03, 0.43),
                (0.06, 0.66),
                (0.02, 0.86),
                (0.0, 1.04),
            )
        ]
    )
    cheek = [(side * x, y) for x, y in reversed(spline(_OVAL))]
    canvas.polygon(frame.place([*edge, *cheek]), look.shade, opacity=0.42)


def _cheeks(canvas: Canvas, frame: Frame, look: Look) -> None:
    for place in frame.place([(-0.41, 0.35), (0.41, 0.35)]):
        for reach in (0.2, 0.17, 0.14, 0.11, 0.08):
            canvas.disc(place, frame.radius * reach, look.lips, opacity=0.045)


def _beard(canvas: Canvas, frame: Frame, look: Look) -> None:
    jaw = [(0.0, 1.13), (0.32, 1.04), (0.58, 0.76), (0.72, 0.3), (0.72, -0.02)]
    inner = [(0.6, 0.22), (0.5, 0.42), (0.24, 0.4), (0.0, 0.44)]
    canvas.polygon(frame.place(mirrored([*spline(jaw), *spline(inner)], 0)), mix(look.hair, look.skin, 0.12))


def _eyes(canvas: Canvas, frame: Frame, look: Look, *, gaze: bool) -> None:
    dark = mix(look.hair, canvas.palette.ink, 0.6)
    for side in (-1, 1):
        x = side * 0.33
        canvas.polygon(frame.place(_brow(x, side)), dark, opacity=0.85)
        if gaze:
            _open_eye(canvas, frame, x, side if look.has_lashes else 0)
        else:
            _closed_eye(canvas, frame, x, dark)


def _brow(x: float, side: int) -> list[Point]:
    upper = arc((x + side * 0.02, -0.13), (0.22, 0.16), 0.57, 0.93, steps=16)
    lower = arc((x + side * 0.02, -0.12), (0.22, 0.125), 0.57, 0.93, steps=16)
    return [*upper, *reversed(lower)]


def _closed_eye(canvas: Canvas, frame: Frame, x: float, dark: Colour) -> None:
    upper = arc((x, -0.08), (0.165, 0.085), 0.02, 0.48, steps=16)
    lower = arc((x, -0.08), (0.175, 0.125), 0.02, 0.48, steps=16)
    canvas.polygon(frame.place([*upper, *reversed(lower)]), dark)


def _open_eye(canvas: Canvas, frame: Frame, x: float, side: int) -> None:
    palette = canvas.palette
    almond = [
        *spline([(x - 0.15, 0.0), (x, -0.09), (x + 0.15, -0.01)]),
        *spline([(x + 0.15, -0.01), (x, 0.065), (x - 0.15, 0.0)]),
    ]
    canvas.polygon(frame.place(almond), mix(palette.paper, palette.light, 0.5))
    canvas.polygon(frame.place(arc((x, -0.012), (0.068, 0.072), 0, 1)), mix(palette.near, palette.ink, 0.5))
    (gleam,) = frame.place([(x + 0.02, -0.035)])
    canvas.disc(gleam, frame.radius * 0.017, palette.paper)
    wing = [(x + side * 0.16, -0.015), (x + side * 0.23, -0.055)] if side else [(x + 0.16, -0.01)]
    lid = [(x - (side or 1) * 0.16, 0.005), (x, -0.1), *wing]
    canvas.line(frame.place(spline(lid)), frame.radius * 0.036, palette.ink)


def _mouth(canvas: Canvas, frame: Frame, look: Look) -> None:
    lift = 0.045 if look.smiles else 0.0
    reach = 0.235 if look.smiles else 0.2
    left, right = (-reach, 0.6 - lift), (reach, 0.6 - lift)
    upper = [*spline([left, (-0.075, 0.55), (0, 0.565), (0.075, 0.55), right]), (0.0, 0.615 + lift * 0.3)]
    lower = [*spline([left, (-0.11, 0.675), (0.0, 0.7), (0.11, 0.675), right]), (0.0, 0.615 + lift * 0.3)]
    canvas.polygon(frame.place(upper), mix(look.lips, canvas.palette.ink, 0.16))
    canvas.polygon(frame.place(lower), look.lips)


def _glasses(canvas: Canvas, frame: Frame) -> None:
    ink = canvas.palette.ink
    dark = bool(canvas.words & {"sunglasses", "beach", "summer"})
    for side in (-1, 1):
        lens = arc((side * 0.34, 0.0), (0.255, 0.22), 0, 1)
        canvas.polygon(frame.place(lens), ink, opacity=0.86 if dark else 0.1)
        canvas.line(frame.place(lens), frame.radius * 0.03, ink)
        canvas.line(frame.place([(side * 0.59, -0.04), (side * 0.75, -0.08)]), frame.radius * 0.03, ink)
    canvas.line(frame.place(arc((0, 0.0), (0.09, 0.07), 0.5, 1.0)), frame.radius * 0.03, ink)
