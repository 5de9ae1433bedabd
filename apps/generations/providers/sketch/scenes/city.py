"""A skyline in layers of haze, windows lit, sometimes across a river."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import Point, arc, fractal_line
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.sky import sky, sun
from apps.generations.providers.sketch.water import still_water
from apps.generations.providers.sketch.words import vocabulary


def draw(canvas: Canvas) -> None:
    """Draw five rows of houses, the nearest with lit windows."""
    rng = canvas.rng("city")
    shore = canvas.height * (rng.uniform(0.74, 0.8) if rng.random() < 0.5 else 1.0)
    sky(canvas, shore)
    place = (canvas.width * rng.uniform(0.2, 0.8), shore * rng.uniform(0.17, 0.36))
    sun(canvas, place, canvas.unit * rng.uniform(0.08, 0.15))
    for index in range(5):
        _row(canvas, rng, index / 4, shore)
    if shore < canvas.height:
        still_water(canvas, shore)


@dataclass(frozen=True, slots=True)
class _House:
    x: float
    top: float
    width: float
    foot: float
    tone: Colour
    depth: float


def _row(canvas: Canvas, rng: Random, depth: float, shore: float) -> None:
    envelope = fractal_line(rng, 64, cells=3.5 * canvas.width / canvas.unit, octaves=2)
    x = -canvas.unit * rng.uniform(0, 0.06)
    while x < canvas.width:
        width = canvas.unit * rng.uniform(0.045, 0.11) * (0.65 + 0.5 * depth)
        swell = envelope[min(63, max(0, int(63 * x / canvas.width)))]
        tall = max(0.05, 0.58 - 0.4 * depth + 0.16 * swell + rng.uniform(-0.05, 0.07))
        tone = _wall(canvas, rng, depth)
        _build(canvas, rng, _House(x, shore * (1 - tall), width, shore, tone, depth))
        x += width + canvas.unit * rng.choice([0.0, 0.0, 0.004, 0.02])
    if depth < 1:
        haze = canvas.palette.sky[2]
        middle = (canvas.width / 2, shore)
        canvas.glow(middle, canvas.width * 0.8, haze, strength=0.16 * (1 - depth))


def _wall(canvas: Canvas, rng: Random, depth: float) -> Colour:
    palette = canvas.palette
    row = mix(mix(palette.far, palette.sky[2], 0.3), palette.near, depth**1.2)
    return mix(row, rng.choice([palette.light, palette.ink]), rng.uniform(0, 0.08))


def _build(canvas: Canvas, rng: Random, house: _House) -> None:
    hazy = mix(house.tone, canvas.palette.sky[2], 0.22 * (1 - house.depth))
    right = house.x + house.width
    outline = [(house.x, house.foot), *rng.choice(_ROOFS)(house), (right, house.foot)]
    canvas.polygon(outline, [house.tone, hazy])
    if rng.random() < 0.3:
        _mast(canvas, rng, house)
    if house.depth >= 0.5:
        _light_windows(canvas, rng, house)


def _mast(canvas: Canvas, rng: Random, house: _House) -> None:
    tall = canvas.unit * rng.uniform(0.02, 0.07)
    x = house.x + house.width * rng.uniform(0.3, 0.7)
    thick = max(1.0, canvas.unit * 0.002)
    canvas.line([(x, house.top - tall), (x, house.top + house.width / 2)], thick, house.tone)


def _flat(house: _House) -> list[Point]:
    return [(house.x, house.top), (house.x + house.width, house.top)]


def _stepped(house: _House) -> list[Point]:
    left, right, step = house.x, house.x + house.width, house.width * 0.22
    low = house.top + step
    upper = [(left + step, low), (left + step, house.top), (right - step, house.top)]
    return [(left, low), *upper, (right - step, low), (right, low)]


def _slanted(house: _House) -> list[Point]:
    return [(house.x, house.top + house.width * 0.35), (house.x + house.width, house.top)]


def _domed(house: _House) -> list[Point]:
    half = house.width / 2
    return arc((house.x + half, house.top + half), (half, half), 0.5, 1.0, steps=20)


def _gabled(house: _House) -> list[Point]:
    left, right, step = house.x, house.x + house.width, house.width * 0.22
    ridge = (house.x + house.width / 2, house.top - step)
    return [(left, house.top + step), ridge, (right, house.top + step)]


_ROOFS: tuple[Callable[[_House], list[Point]], ...] = (
    _stepped,
    _slanted,
    _domed,
    _gabled,
    _flat,
    _flat,
    _flat,
)


def _light_windows(canvas: Canvas, rng: Random, house: _House) -> None:
    palette = canvas.palette
    lamps = (palette.light, palette.light, palette.second, palette.accent)
    pitch = canvas.unit * (0.010 + 0.006 * house.depth)
    share = rng.uniform(0.12, 0.55)
    for x, y in _panes(house, pitch):
        if rng.random() < share:
            glow = mix(house.tone, rng.choice(lamps), round(rng.uniform(0.25, 0.95), 1))
            canvas.block((x, y, pitch * 0.56, pitch * 0.8), glow)


def _panes(house: _House, pitch: float) -> Iterator[Point]:
    columns = max(2, int(house.width * 0.8 / pitch))
    rows = int((house.foot - house.top - house.width * 0.4) / (pitch * 1.35))
    left = house.x + (house.width - columns * pitch) / 2
    for row, column in product(range(rows), range(columns)):
        y = house.top + house.width * 0.36 + row * pitch * 1.35
        yield left + (column + 0.22) * pitch, y


SCENE = Scene(
    "city",
    draw,
    vocabulary(
        "city street skyline urban downtown tower building rooftop metropolis york tokyo london "
        "paris berlin dubai manhattan stadt ciudad ville architecture car night neon cyberpunk "
        "club party office business taxi bridge"
    ),
)
