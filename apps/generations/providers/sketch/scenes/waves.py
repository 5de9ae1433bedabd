"""The sea: rows of engraved waves under a low sun, sometimes running out on sand."""

from math import pi, sin
from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import along, mix
from apps.generations.providers.sketch.curves import Point, spline
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.sky import birds, sky, sun
from apps.generations.providers.sketch.trees import palm_frond
from apps.generations.providers.sketch.water import glitter
from apps.generations.providers.sketch.words import vocabulary

# Steps to the side and heights, as shares of the lighthouse's.
_ROCK = ((-0.7, 0.02), (-0.45, 0.1), (-0.3, 0.09), (-0.12, 0.2), (0.14, 0.19), (0.3, 0.11), (0.5, 0.07), (0.7, 0.01))


def draw(canvas: Canvas) -> None:
    """Draw sky, sun and rows of waves; sand and palms where there is a beach."""
    rng = canvas.rng("waves")
    horizon = canvas.height * rng.uniform(0.36, 0.5)
    sky(canvas, horizon)
    radius = canvas.unit * rng.uniform(0.07, 0.13)
    sun_x = canvas.width * rng.uniform(0.28, 0.72)
    sun(canvas, (sun_x, horizon - radius * rng.uniform(-0.2, 1.6)), radius)
    birds(canvas, (canvas.width * rng.uniform(0.2, 0.8), horizon * 0.5), rng)
    _sea(canvas, rng, horizon)
    glitter(canvas, sun_x, horizon, horizon + (canvas.height - horizon) * 0.3)
    _boat(canvas, rng, horizon)
    if "lighthouse" in canvas.words:
        _lighthouse(canvas, canvas.rng("lighthouse"), horizon)
    has_beach = rng.random() < 0.55 and "lighthouse" not in canvas.words
    _rows(canvas, rng, horizon, beach=has_beach)
    if has_beach:
        _beach(canvas, rng)
        _palms(canvas, rng)


def _sea(canvas: Canvas, rng: Random, horizon: float) -> None:
    palette = canvas.palette
    far = mix(palette.far, palette.sky[2], 0.25)
    canvas.band(horizon, canvas.height, [far, mix(far, palette.near, 0.5), palette.near])


def _rows(canvas: Canvas, rng: Random, horizon: float, *, beach: bool) -> None:
    palette, rows = canvas.palette, 9
    end = canvas.height * (0.8 if beach else 1.02)
    tones = [palette.far, palette.near] if not beach else [mix(palette.far, palette.near, 0.4), palette.far]
    for index in range(rows):
        depth = index / (rows - 1)
        base = horizon + (end - horizon) * (0.14 + 0.86 * depth**1.5)
        crest = _crest(canvas, rng, base, depth)
        body = along(tones, depth)
        deep = mix(body, palette.near, 0.45)
        canvas.polygon(
            [(0, canvas.height), *crest, (canvas.width, canvas.height)],
            [mix(body, palette.light, 0.16), body, deep, deep],
        )
        _foam(canvas, crest, depth)


def _crest(canvas: Canvas, rng: Random, base: float, depth: float) -> list[Point]:
    length = canvas.unit * (0.12 + 0.3 * depth) * rng.uniform(0.85, 1.2)
    height = canvas.unit * (0.008 + 0.032 * depth)
    phase, lean = rng.uniform(0, 1), rng.uniform(0.15, 0.3)
    swell, steps = rng.uniform(0, 2 * pi), canvas.count(160)
    points = []
    for step in range(steps + 1):
        x = canvas.width * step / steps
        turn = 2 * pi * (x / length + phase)
        cusp = abs(sin(turn / 2 + lean * sin(turn))) ** 1.3
        points.append((x, base - height * (cusp + 0.6 * sin(x / length * 1.7 + swell))))
    return points


def _foam(canvas: Canvas, crest: list[Point], depth: float) -> None:
    thick = canvas.unit * (0.0011 + 0.0026 * depth)
    canvas.line(crest, thick * 1.3, canvas.palette.light, opacity=0.35 + 0.4 * depth)
    for echo in range(1, 3 + round(2 * canvas.detail * depth)):
        drop = canvas.unit * (0.004 + 0.011 * depth) * echo
        below = [(x, y + drop) for x, y in crest]
        canvas.line(below, thick * 0.6, canvas.palette.light, opacity=0.34 * depth / echo**0.7 + 0.05)


def _boat(canvas: Canvas, rng: Random, horizon: float) -> None:
    x, size = canvas.width * rng.uniform(0.12, 0.88), canvas.unit * rng.uniform(0.02, 0.04)
    y = horizon + size * 0.35
    canvas.polygon(
        [(x, y - size * 1.9), (x, y - size * 0.3), (x + size * 0.85, y - size * 0.3)],
        canvas.palette.paper,
    )
    canvas.polygon(
        [
            (x - size * 0.1, y - size * 1.6),
            (x - size * 0.1, y - size * 0.3),
            (x - size * 0.6, y - size * 0.3),
        ],
        canvas.palette.accent,
    )
    canvas.polygon(
        [
            (x - size * 0.8, y - size * 0.2),
            (x + size, y - size * 0.2),
            (x + size * 0.6, y + size * 0.1),
            (x - size * 0.5, y + size * 0.1),
        ],
        canvas.palette.ink,
    )


def _lighthouse(canvas: Canvas, rng: Random, horizon: float) -> None:
    palette, side = canvas.palette, rng.choice([-1, 1])
    height = min(canvas.unit * 0.3, horizon * 0.6)
    x, foot = canvas.width * (0.5 + side * 0.3), horizon - height * 0.08
    lamp = (x, foot - height * 0.93)
    canvas.glow(lamp, height * 0.55, palette.light, strength=0.9)
    if palette.is_night:
        end = x - side * canvas.width * 1.2
        beam = [lamp, (end, lamp[1] - canvas.unit * 0.28), (end, lamp[1] - canvas.unit * 0.06)]
        canvas.polygon(beam, palette.light, opacity=0.15)
    for index in range(5):
        top, low = 0.14 + 0.15 * index, 0.29 + 0.15 * index
        canvas.polygon(
            [
                (x + half * height * (0.055 + 0.05 * share), foot - height * (0.98 - share))
                for half, share in ((-1, top), (1, top), (1, low), (-1, low))
            ],
            [palette.accent, palette.paper][index % 2],
        )
    canvas.block((x - height * 0.035, lamp[1] - height * 0.05, height * 0.07, height * 0.1), palette.light)
    cap = [
        (x - height * 0.06, lamp[1] - height * 0.05),
        (x, lamp[1] - height * 0.13),
        (x + height * 0.06, lamp[1] - height * 0.05),
    ]
    canvas.polygon(cap, palette.ink)
    _rock(canvas, rng, (x, horizon), height)


def _rock(canvas: Canvas, rng: Random, foot: Point, height: float) -> None:
    x, y = foot
    ridge = [(x + height * step, y - height * rise * rng.uniform(0.85, 1.1)) for step, rise in _ROCK]
    canvas.polygon(
        [(x - height * 0.8, y + height * 0.03), *ridge, (x + height * 0.8, y + height * 0.03)], canvas.palette.ink
    )


def _beach(canvas: Canvas, rng: Random) -> None:
    palette = canvas.palette
    sand = mix(palette.paper, palette.second, 0.3)
    wet = mix(sand, palette.far, 0.45)
    for lift, tone in ((0.0, mix(palette.paper, palette.light, 0.5)), (0.016, wet), (0.05, sand)):
        edge = spline(
            [
                (
                    canvas.width * step / 4 * 1.2 - canvas.width * 0.1,
                    canvas.height * (0.83 + rng.uniform(-0.016, 0.016)) + canvas.unit * lift,
                )
                for step in range(5)
            ]
        )
        canvas.polygon(
            [(0, canvas.height), *edge, (canvas.width, canvas.height)],
            [tone, tone, mix(tone, palette.second, 0.16)],
        )


def _palms(canvas: Canvas, rng: Random) -> None:
    side = rng.choice([-1, 1])
    root = (canvas.width * (0.5 - 0.56 * side), -canvas.unit * 0.03)
    for index in range(6):
        turns = (0.02 + 0.055 * index + rng.uniform(-0.015, 0.015)) if side > 0 else (0.48 - 0.055 * index)
        palm_frond(canvas, root, canvas.unit * rng.uniform(0.36, 0.56), turns, rng)


SCENE = Scene(
    "waves",
    draw,
    vocabulary(
        "beach sea ocean wave surf surfing surfer coast shore island bay harbour harbor sail "
        "sailing boat yacht swim swimming pool bikini water playa strand plage mar tropical "
        "summer vacation lighthouse cruise"
    ),
)
