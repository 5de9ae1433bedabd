"""A conifer forest standing in mist, light falling through it."""

from random import Random

from PIL import Image, ImageDraw, ImageFilter

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import mix
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.sky import birds, sky, sun
from apps.generations.providers.sketch.trees import pine
from apps.generations.providers.sketch.words import vocabulary

_COARSE = 4


def draw(canvas: Canvas) -> None:
    """Draw seven rows of trees, mist between them."""
    rng = canvas.rng("forest")
    sky(canvas, canvas.height)
    light = (canvas.width * rng.uniform(0.3, 0.7), canvas.height * rng.uniform(0.18, 0.34))
    sun(canvas, light, canvas.unit * rng.uniform(0.06, 0.11))
    birds(canvas, (canvas.width - light[0], canvas.height * 0.15), rng)
    rows = 7
    for index in range(rows):
        _row(canvas, rng, index / (rows - 1))
        if index == rows - 3:
            _shafts(canvas, rng, light)


def _row(canvas: Canvas, rng: Random, depth: float) -> None:
    palette = canvas.palette
    tone = mix(mix(palette.far, palette.sky[2], 0.5), palette.near, depth**1.1)
    ground = canvas.height * (0.56 + 0.5 * depth)
    tall = canvas.unit * (0.15 + 0.42 * depth**1.5)
    tilt = rng.uniform(-0.1, 0.1) * canvas.unit
    spacing = tall * (0.2 + 0.08 * depth)
    x = rng.uniform(-1, 0) * spacing
    while x < canvas.width + spacing:
        foot = ground + tilt * (x / canvas.width - 0.5) + rng.uniform(-0.04, 0.05) * tall
        height = tall * rng.uniform(0.5, 1.2)
        if depth < 0.99 or not 0.28 < x / canvas.width < 0.72:
            pine(
                canvas,
                (x, foot),
                height,
                [tone, mix(tone, palette.sky[2], 0.42 * (1 - depth))],
                rng,
            )
        x += spacing * rng.uniform(0.55, 1.5)
    _mist(canvas, ground, tall, depth)


def _mist(canvas: Canvas, ground: float, tall: float, depth: float) -> None:
    if depth > 0.98:
        return
    start, end = (ground - tall * 0.5) / canvas.height, ground / canvas.height
    stops = [min(1.0, max(0.0, (row / 24 - start) / (end - start))) for row in range(25)]
    haze = mix(canvas.palette.sky[2], canvas.palette.far, 0.25 + 0.35 * depth)
    canvas.veil(haze, [stop * (0.92 - 0.3 * depth) for stop in stops])


def _shafts(canvas: Canvas, rng: Random, light: tuple[float, float]) -> None:
    size = (canvas.width // _COARSE, canvas.height // _COARSE)
    mask = Image.new("L", size)
    pencil = ImageDraw.Draw(mask)
    x, y = light[0] / _COARSE, light[1] / _COARSE
    for _ in range(7):
        end = rng.uniform(-0.3, 1.3) * size[0]
        width = rng.uniform(0.02, 0.09) * size[0]
        pencil.polygon([(x, y), (end - width, size[1]), (end + width, size[1])], rng.randrange(24, 60))
    soft = mask.filter(ImageFilter.GaussianBlur(size[0] / 60))
    canvas.lighten(soft.resize(canvas.image.size, Image.Resampling.BICUBIC), canvas.palette.light)


SCENE = Scene(
    "forest",
    draw,
    vocabulary(
        "forest wood tree pine jungle park trail deer wolf fox bear cabin mist misty fog wild "
        "wildlife wald bosque winter snow christmas tent"
    ),
)
