"""A polar night: stars, curtains of light, pines and their mirror in still water."""

from random import Random

from PIL import Image, ImageFilter

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import fractal_line
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.sky import stars
from apps.generations.providers.sketch.trees import pine
from apps.generations.providers.sketch.water import still_water
from apps.generations.providers.sketch.words import vocabulary

_COARSE = 4
# Fading upwards from a bright lower hem, as real curtains do.
_RAY = (
    *(round(235 * (row / 110) ** 2.2) for row in range(111)),
    *(round(235 * (1 - row / 17) ** 1.5) for row in range(18)),
)


def draw(canvas: Canvas) -> None:
    """Draw the night over the whole canvas."""
    rng = canvas.rng("aurora")
    palette = canvas.palette
    night = mix(palette.ink, palette.sky[0], 0.45)
    shore = canvas.height * rng.uniform(0.76, 0.86)
    dusk = mix(night, palette.sky[1], 0.55)
    canvas.wash([palette.ink, night, dusk, mix(dusk, palette.sky[2], 0.22)])
    stars(canvas, shore * 0.9)
    for glow in _glows(canvas):
        _curtain(canvas, rng, glow, shore)
    _land(canvas, rng, shore)
    still_water(canvas, shore)


def _glows(canvas: Canvas) -> list[Colour]:
    palette = canvas.palette
    return [palette.second, palette.accent, mix(palette.accent, palette.second, 0.45)]


def _curtain(canvas: Canvas, rng: Random, colour: Colour, shore: float) -> None:
    size = (canvas.width // _COARSE, round(shore) // _COARSE)
    path = fractal_line(rng, size[0], cells=rng.uniform(1.2, 2.2), octaves=3, gain=0.38)
    folds = fractal_line(rng, size[0], cells=9, octaves=4, gain=0.7)
    middle = size[1] * rng.uniform(0.42, 0.72)
    mask = Image.new("L", size)
    for x, (sway, fold) in enumerate(zip(path, folds, strict=True)):
        ray = _ray(size[1] * (0.42 + 0.22 * fold), 0.5 + 0.75 * fold)
        mask.paste(ray, (x, round(middle + sway * size[1] * 0.26 - ray.height * 0.86)))
    soft = mask.filter(ImageFilter.GaussianBlur(1.2 * canvas.unit / 1024))
    full = soft.resize((canvas.width, round(shore)), Image.Resampling.BICUBIC)
    canvas.lighten(full, colour)


def _ray(tall: float, glow: float) -> Image.Image:
    strength = min(1.0, max(0.06, glow))
    strip = Image.frombytes("L", (1, len(_RAY)), bytes(round(level * strength) for level in _RAY))
    return strip.resize((1, max(2, round(tall))), Image.Resampling.BILINEAR)


def _land(canvas: Canvas, rng: Random, shore: float) -> None:
    palette = canvas.palette
    for depth in (0.0, 0.5, 1.0):
        tone = mix(mix(palette.sky[1], palette.ink, 0.55), palette.ink, depth)
        cells = 3 * canvas.width / canvas.unit
        heights = fractal_line(rng, canvas.count(200), cells=cells, octaves=6)
        base, swing = shore - canvas.unit * 0.1 * (1 - depth), canvas.unit * (0.09 - 0.06 * depth)
        step = canvas.width / (len(heights) - 1)
        crest = [(index * step, base - swing * (0.5 + height)) for index, height in enumerate(heights)]
        canvas.polygon([(0, shore), *crest, (canvas.width, shore)], tone)
    for _ in range(round(70 * canvas.width / canvas.unit)):
        height = canvas.unit * rng.uniform(0.025, 0.11)
        pine(canvas, (rng.uniform(0, canvas.width), shore + 1), height, palette.ink, rng)


SCENE = Scene(
    "aurora",
    draw,
    vocabulary(
        "aurora star starry polar northern iceland norway galaxy cosmic cosmos space "
        "universe sky midnight moonlight magic magical fantasy dream mystic camp camping"
    ),
)
