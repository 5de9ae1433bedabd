"""A skyline in layers of haze, windows lit, sometimes across a river."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import arc, fractal_line
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.words import vocabulary
from apps.generations.providers.sketch.sky import sky, sun
from apps.generations.providers.sketch.water import still_water


def draw(canvas: Canvas) -> None:
    rng = canvas.rng("city")
    shore = canvas.height * (rng.uniform(0.74, 0.8) if rng.random() < 0.5 else 1.0)
    sky(canvas, shore)
    place = (canvas.width * rng.uniform(0.2, 0.8), shore * rng.uniform(0.28, 0.5))
    sun(canvas, place, canvas.unit * rng.uniform(0.08, 0.15))
    for index in range(5):
        _row(canvas, rng, index / 4, shore)
    if shore < canvas.height:
        still_water(canvas, shore)


def _row(canvas: Canvas, rng: Random, depth: float, shore: float) -> None:
    palette = canvas.palette
    wall = mix(mix(palette.far, palette.sky[2], 0.3), palette.near, depth**1.2)
    envelope = fractal_line(rng, 64, cells=3.5 * canvas.width / canvas.unit, octaves=2)
    x = -canvas.unit * rng.uniform(0, 0.06)
    while x < canvas.width:
        width = canvas.unit * rng.uniform(0.045, 0.11) * (0.65 + 0.5 * depth)
        swell = envelope[min(63, max(0, int(63 * x / canvas.width)))]
        tall = 0.58 - 0.4 * depth + 0.16 * swell + rng.uniform(-0.05, 0.07)
        _building(canvas, rng, (x, shore - shore * max(0.05, tall), width, shore), wall, depth)
        x += width + canvas.unit * rng.choice([0.0, 0.0, 0.004, 0.02])
    canvas.glow(
        (canvas.width / 2, shore), canvas.width * 0.8, palette.sky[2], strength=0.16 * (1 - depth)
    )


def _building(
    canvas: Canvas,
    rng: Random,
    place: tuple[float, float, float, float],
    wall: Colour,
    depth: float,
) -> None:
    x, top, width, foot = place
    tone = mix(
        wall,
        canvas.palette.light if rng.random() < 0.5 else canvas.palette.ink,
        rng.uniform(0, 0.08),
    )
    canvas.polygon(
        _roof(rng, x, top, width, foot),
        [tone, mix(tone, canvas.palette.sky[2], 0.22 * (1 - depth))],
    )
    if rng.random() < 0.3:
        mast = canvas.unit * rng.uniform(0.02, 0.07)
        middle = x + width * rng.uniform(0.3, 0.7)
        canvas.line([(middle, top - mast), (middle, top + 2)], max(1.0, canvas.unit * 0.002), tone)
    if depth >= 0.5:
        _windows(canvas, rng, (x, top, width, foot), tone, depth)


def _roof(
    rng: Random, x: float, top: float, width: float, foot: float
) -> list[tuple[float, float]]:
    right, step = x + width, width * 0.22
    kind = rng.randrange(7)
    if kind == 0:
        crown = [
            (x, top + step),
            (x + step, top + step),
            (x + step, top),
            (right - step, top),
            (right - step, top + step),
            (right, top + step),
        ]
    elif kind == 1:
        crown = [(x, top + step * 1.6), (right, top)]
    elif kind == 2:
        crown = arc((x + width / 2, top + width / 2), (width / 2, width / 2), 0.5, 1.0, steps=20)
    elif kind == 3:
        crown = [(x, top + step), (x + width / 2, top - step), (right, top + step)]
    else:
        crown = [(x, top), (right, top)]
    return [(x, foot), *crown, (right, foot)]


def _windows(
    canvas: Canvas,
    rng: Random,
    place: tuple[float, float, float, float],
    tone: Colour,
    depth: float,
) -> None:
    x, top, width, foot = place
    pitch = canvas.unit * (0.010 + 0.006 * depth)
    columns = max(2, int(width * 0.8 / pitch))
    margin = (width - columns * pitch) / 2
    share = rng.uniform(0.12, 0.55)
    for row in range(int((foot - top - width * 0.4) / (pitch * 1.35))):
        for column in range(columns):
            if rng.random() < share:
                lamp = rng.choice(
                    [
                        canvas.palette.light,
                        canvas.palette.light,
                        canvas.palette.second,
                        canvas.palette.accent,
                    ]
                )
                left = x + margin + (column + 0.22) * pitch
                upper = top + width * 0.36 + row * pitch * 1.35
                canvas.block(
                    (left, upper, pitch * 0.56, pitch * 0.8),
                    mix(tone, lamp, round(rng.uniform(0.25, 0.95), 1)),
                )


SCENE = Scene(
    "city",
    draw,
    vocabulary(
        "city street skyline urban downtown tower building rooftop metropolis york tokyo london "
        "paris berlin dubai manhattan stadt ciudad ville architecture car night neon cyberpunk "
        "club party office business taxi bridge"
    ),
)
