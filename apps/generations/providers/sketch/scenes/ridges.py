"""Layers of mountains fading into mist, under sun or moon; sometimes above a lake."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import mix
from apps.generations.providers.sketch.curves import Point, fractal_line
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.sky import birds, sky, sun
from apps.generations.providers.sketch.trees import pine
from apps.generations.providers.sketch.water import still_water
from apps.generations.providers.sketch.words import vocabulary


def draw(canvas: Canvas) -> None:
    """Draw sky, sun and seven ranges from far to near."""
    rng = canvas.rng("ridges")
    shore = canvas.height * (rng.uniform(0.68, 0.76) if rng.random() < 0.45 else 1.0)
    horizon = shore * rng.uniform(0.42, 0.52)
    sky(canvas, shore)
    place = (canvas.width * rng.uniform(0.25, 0.75), horizon * rng.uniform(0.45, 0.85))
    sun(canvas, place, canvas.unit * rng.uniform(0.05, 0.1))
    birds(canvas, (canvas.width - place[0], horizon * 0.6), rng)
    _layers(canvas, rng, horizon, shore)
    if shore < canvas.height:
        still_water(canvas, shore)


def _layers(canvas: Canvas, rng: Random, horizon: float, shore: float) -> None:
    layers = 7
    for index in range(layers):
        depth = index / (layers - 1)
        base = horizon + (shore - horizon) * (0.02 + 0.8 * depth**1.25)
        crest = _crest(canvas, rng, base, depth)
        _hill(canvas, crest, depth, shore)
        if depth > 0.8:
            _pines(canvas, rng, crest)


def _crest(canvas: Canvas, rng: Random, base: float, depth: float) -> list[Point]:
    count = canvas.count(240)
    cells = rng.uniform(2.2, 3.4) * canvas.width / canvas.unit
    heights = fractal_line(rng, count, cells=cells, octaves=7, gain=0.5 - 0.1 * depth)
    swing = canvas.unit * (0.2 - 0.09 * depth)
    step = canvas.width / (count - 1)
    return [(index * step, base - height * swing) for index, height in enumerate(heights)]


def _hill(canvas: Canvas, crest: list[Point], depth: float, shore: float) -> None:
    palette = canvas.palette
    rock = mix(palette.far, palette.near, depth)
    rock = mix(rock, palette.sky[2], 0.35 * (1 - depth))
    mist = mix(rock, palette.sky[2], 0.55 * (1 - depth) + 0.08)
    bottom = min(shore, max(y for _, y in crest) + canvas.unit * 0.22)
    canvas.polygon([(0, bottom), *crest, (canvas.width, bottom)], [rock, rock, mist])
    if bottom < shore:
        canvas.band(bottom, shore, [mist, mist])


def _pines(canvas: Canvas, rng: Random, crest: list[Point]) -> None:
    for _ in range(round(46 * canvas.width / canvas.unit)):
        x, y = crest[rng.randrange(len(crest))]
        height = canvas.unit * rng.uniform(0.03, 0.085)
        pine(canvas, (x, y + height * 0.25), height, canvas.palette.near, rng)


SCENE = Scene(
    "ridges",
    draw,
    vocabulary(
        "mountain hill peak valley lake alpine hike hiking trek adventure landscape travel cliff "
        "view nature scenic fjord volcano ski"
    ),
)
