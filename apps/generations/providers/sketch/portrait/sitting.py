"""The whole portrait: backdrop, halo, person, and leaves in the corners."""

from math import pi, sin
from random import Random

from PIL import Image, ImageFilter

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import mix
from apps.generations.providers.sketch.plants import leaf
from apps.generations.providers.sketch.portrait import hair
from apps.generations.providers.sketch.portrait.clothes import bust
from apps.generations.providers.sketch.portrait.face import face
from apps.generations.providers.sketch.portrait.frame import Frame
from apps.generations.providers.sketch.portrait.halo import halo
from apps.generations.providers.sketch.portrait.looks import look


def plain_wall(canvas: Canvas) -> None:
    """Prepare a studio wall for a portrait whose prompt names no place."""
    palette = canvas.palette
    canvas.wash(
        [
            mix(palette.sky[1], palette.sky[2], 0.35),
            palette.sky[2],
            mix(palette.sky[2], palette.far, 0.3),
        ]
    )
    halo(canvas, _frame(canvas, canvas.rng("sitting")))


def soften(canvas: Canvas) -> None:
    """Put the place that was drawn out of focus, so that it stays behind the person."""
    # At half the size: a blur has no fine detail to lose, and takes a quarter of the time.
    small = canvas.image.reduce(2).filter(ImageFilter.GaussianBlur(canvas.unit * 0.003))
    canvas.image = small.resize(canvas.image.size, Image.Resampling.BICUBIC)
    canvas.veil(canvas.palette.sky[2], [0.05, 0.22, 0.3])


def draw(canvas: Canvas) -> None:
    """Draw one person over whatever backdrop is there."""
    frame = _frame(canvas, canvas.rng("sitting"))
    rng = canvas.rng("person")
    person = look(canvas, rng)
    canvas.glow(frame.centre, frame.radius * 3.4, canvas.palette.light, strength=0.3)
    hair.behind(canvas, frame, person, rng)
    bust(canvas, frame, person, rng)
    face(canvas, frame, person, rng)
    hair.framing(canvas, frame, person, rng)
    _corner_leaves(canvas, canvas.rng("corner"))


def _frame(canvas: Canvas, rng: Random) -> Frame:
    radius = min(canvas.width * 0.2, canvas.height * 0.185) * rng.uniform(0.94, 1.06)
    shift = 0.06 * sin(2 * pi * rng.random()) if canvas.width <= canvas.height else rng.uniform(-0.16, 0.16)
    centre = (canvas.width * (0.5 + shift), canvas.height - radius * 3.05)
    return Frame(centre, radius, rng.uniform(-0.018, 0.018))


def _corner_leaves(canvas: Canvas, rng: Random) -> None:
    if rng.random() < 0.55:
        return
    palette, side = canvas.palette, rng.choice([0, 1])
    for index in range(7):
        foot = (
            canvas.width * (side + (0.5 - side) * 0.1 * rng.random()),
            canvas.height * (1.01 - 0.02 * index * rng.random()),
        )
        turns = (0.78 + 0.03 * index) if side == 0 else (0.72 - 0.03 * index)
        tone = mix(rng.choice([palette.near, palette.second, palette.far]), palette.near, 0.5)
        leaf(
            canvas,
            foot,
            canvas.unit * rng.uniform(0.2, 0.36),
            turns,
            tone,
            plump=rng.uniform(0.16, 0.26),
        )
