"""Cut paper, sheet over sheet, opening onto light at the bottom."""

from array import array
from math import dist, exp
from random import Random

from PIL import Image, ImageFilter

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, along, mix
from apps.generations.providers.sketch.curves import Point
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.texture import added, cloud
from apps.generations.providers.sketch.words import vocabulary

_SHEETS = 9
_COARSE = 4
_GRID = 48


def draw(canvas: Canvas) -> None:
    """Draw the sheets from the light up to the topmost."""
    rng = canvas.rng("contours")
    palette = canvas.palette
    middle = (canvas.width * rng.uniform(0.35, 0.65), canvas.height * rng.uniform(0.35, 0.65))
    canvas.wash([palette.light, mix(palette.light, palette.sky[2], 0.6)])
    canvas.disc(middle, canvas.unit * rng.uniform(0.07, 0.1), palette.accent)
    relief = _relief(canvas, rng, middle)
    for index in range(_SHEETS):
        _sheet(canvas, relief, -0.7 + 1.5 * index / _SHEETS, _tone(canvas, index / (_SHEETS - 1)))


def _relief(canvas: Canvas, rng: Random, middle: Point) -> Image.Image:
    size = canvas.image.size
    cells = (max(2, round(2.4 * size[0] / canvas.unit)), max(2, round(2.4 * size[1] / canvas.unit)))
    hills = cloud(rng, size, cells=cells, octaves=3)
    return added(hills, _well(canvas, middle))


def _well(canvas: Canvas, middle: Point) -> Image.Image:
    # A bowl around the middle, so that every sheet leaves the light open. Worked out coarsely in
    # floating point and then scaled: eight bits would show as steps along the cut edges.
    places = [
        ((column + 0.5) / _GRID * canvas.width, (row + 0.5) / _GRID * canvas.height)
        for row in range(_GRID)
        for column in range(_GRID)
    ]
    depths = array("f", [_bowl(dist(place, middle) / canvas.unit) for place in places])
    coarse = Image.frombytes("F", (_GRID, _GRID), depths.tobytes())
    return coarse.resize(canvas.image.size, Image.Resampling.BICUBIC)


def _bowl(distance: float) -> float:
    return 0.42 - 1.5 * exp(-((distance / 0.3) ** 2))


def _tone(canvas: Canvas, share: float) -> Colour:
    palette = canvas.palette
    return along([palette.sky[2], palette.sky[1], palette.far, palette.near], share)


def _sheet(canvas: Canvas, relief: Image.Image, level: float, tone: Colour) -> None:
    # The slope makes the edge about one pixel soft: antialiasing without supersampling.
    slope = canvas.unit * 32
    mask = relief.point(lambda height: height * slope - level * slope).convert("L")
    small = mask.reduce(_COARSE).filter(ImageFilter.GaussianBlur(canvas.unit / 1024 * 4))
    shade = small.resize(mask.size, Image.Resampling.BILINEAR)
    drop = round(canvas.unit * 0.009)
    shade = shade.point([round(step * 0.5) for step in range(256)])
    canvas.image.paste(canvas.palette.ink, (drop // 2, drop), shade)
    canvas.image.paste(tone, (0, 0), mask)


SCENE = Scene(
    "contours",
    draw,
    vocabulary(
        "abstract paper cut texture pattern map topographic layer wallpaper background marble "
        "art artistic surreal dream cave canyon"
    ),
)
