"""Dunes: long soft crests, one flank lit and one in shade."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import mix
from apps.generations.providers.sketch.curves import Point, spline
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.sky import birds, sky, sun
from apps.generations.providers.sketch.words import vocabulary


def draw(canvas: Canvas) -> None:
    """Draw sky, sun and six dunes from far to near."""
    rng = canvas.rng("dunes")
    horizon = canvas.height * rng.uniform(0.44, 0.56)
    sky(canvas, canvas.height * 0.75)
    sun(
        canvas,
        (canvas.width * rng.uniform(0.2, 0.8), horizon * rng.uniform(0.4, 0.75)),
        canvas.unit * rng.uniform(0.07, 0.14),
    )
    birds(canvas, (canvas.width * rng.uniform(0.3, 0.7), horizon * 0.45), rng)
    dunes = 6
    for index in range(dunes):
        _dune(canvas, rng, horizon, index / (dunes - 1))


def _dune(canvas: Canvas, rng: Random, horizon: float, depth: float) -> None:
    palette = canvas.palette
    lit = mix(mix(palette.far, palette.sky[2], 0.35), mix(palette.far, palette.near, 0.55), depth)
    shade = mix(lit, palette.near, 0.32 + 0.3 * depth)
    crest, peak = _crest(canvas, rng, horizon, depth)
    canvas.polygon(
        [(0, canvas.height), *crest, (canvas.width, canvas.height)],
        [mix(lit, palette.light, 0.35), lit, mix(lit, palette.near, 0.25)],
    )
    canvas.polygon(_flank(canvas, rng, crest, peak), [shade, mix(shade, lit, 0.75)])
    _ripples(canvas, crest, depth)


def _crest(canvas: Canvas, rng: Random, horizon: float, depth: float) -> tuple[list[Point], int]:
    base = horizon + (canvas.height - horizon) * (0.06 + 0.78 * depth**1.3)
    lift = canvas.unit * (0.07 + 0.1 * depth)
    peak = rng.uniform(0.15, 0.85)
    shares = (-0.05, peak * 0.45, peak, peak + (1 - peak) * 0.5, 1.05)
    drops = (0.5, 0.25, -1.0, 0.1, rng.uniform(0.3, 0.9))
    knots = [
        (canvas.width * share, base + lift * (drop + rng.uniform(-0.12, 0.12)))
        for share, drop in zip(shares, drops, strict=True)
    ]
    return spline(knots, steps=24), 48


def _flank(canvas: Canvas, rng: Random, crest: list[Point], peak: int) -> list[Point]:
    top = crest[peak]
    reach = canvas.unit * rng.uniform(0.28, 0.45)
    side = rng.choice([-1, 1])
    ridge = spline(
        [
            top,
            (top[0] + side * reach * 0.06, top[1] + reach * 0.3),
            (top[0] - side * reach * 0.12, top[1] + reach * 0.62),
            (top[0] + side * reach * 0.1, top[1] + reach * 1.1),
        ]
    )
    edge = crest[peak:] if side > 0 else crest[peak::-1]
    corner = (edge[-1][0], max(edge[-1][1], ridge[-1][1]))
    return [*reversed(ridge), *edge, corner]


def _ripples(canvas: Canvas, crest: list[Point], depth: float) -> None:
    if depth < 0.7:
        return
    for index in range(canvas.count(9)):
        drop = canvas.unit * (0.05 + 0.03 * index / canvas.detail)
        line = [(x, y * 0.4 + crest[0][1] * 0.6 + drop) for x, y in crest]
        canvas.line(line, canvas.unit * 0.0016, canvas.palette.near, opacity=0.13)


SCENE = Scene(
    "dunes",
    draw,
    vocabulary(
        "desert dune sand sahara safari camel canyon dubai morocco egypt oasis heat dry cactus astronaut mars planet"
    ),
)
