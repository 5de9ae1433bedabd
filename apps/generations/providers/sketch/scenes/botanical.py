"""A herbarium sheet: stems, leaves and blooms before an arch or a disc."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import Point, arc
from apps.generations.providers.sketch.plants import (
    berries,
    daisy,
    leaf,
    poppy,
    stem,
    tulip,
)
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.words import vocabulary


def draw(canvas: Canvas) -> None:
    """Draw an arrangement that grows from the bottom edge."""
    rng = canvas.rng("botanical")
    palette = canvas.palette
    canvas.wash([palette.paper, mix(palette.paper, palette.sky[2], 0.6)])
    _ground(canvas, rng)
    foot = (canvas.width / 2, canvas.height * 1.02)
    stems = rng.choice([5, 7, 7, 9])
    order = sorted(range(stems), key=lambda index: -abs(index - (stems - 1) / 2))
    for index in order:
        _sprig(canvas, rng, foot, index / (stems - 1) - 0.5)
    _base(canvas, rng, foot)


def _ground(canvas: Canvas, rng: Random) -> None:
    palette = canvas.palette
    middle, reach = (canvas.width / 2, canvas.height * 0.44), canvas.unit * 0.37
    tones = [mix(palette.sky[1], palette.sky[2], 0.2), palette.sky[2]]
    if rng.random() < 0.5:
        canvas.disc(middle, reach, tones)
        return
    dome = arc(middle, (reach, reach), 0.5, 1.0)
    foot = canvas.height + 2
    canvas.polygon([(middle[0] - reach, foot), *dome, (middle[0] + reach, foot)], tones)


def _sprig(canvas: Canvas, rng: Random, foot: Point, side: float) -> None:
    length = canvas.height * rng.uniform(0.6, 0.8) * (1 - 0.55 * abs(side))
    length = min(length, canvas.unit * 1.15, canvas.width * 0.62 / max(0.3, abs(side) * 2))
    bottom = (foot[0] + side * canvas.unit * 0.14, foot[1])
    points = stem(canvas, bottom, length, 0.75 + side * 0.15, side * rng.uniform(0.04, 0.13))
    colour = _green(canvas, rng)
    _leaves(canvas, rng, points, 0.75 + side * 0.2, colour)
    _bloom(canvas, rng, points, side)


def _base(canvas: Canvas, rng: Random, foot: Point) -> None:
    for side in (-0.5, 0.5, -0.36, 0.36, -0.2, 0.2, -0.06):
        bottom = (foot[0] + side * canvas.unit * 0.1, foot[1])
        length = canvas.unit * rng.uniform(0.16, 0.25)
        leaf(canvas, bottom, length, 0.75 + side * 0.42, _green(canvas, rng), plump=0.24)


def _green(canvas: Canvas, rng: Random) -> Colour:
    palette = canvas.palette
    return mix(
        rng.choice([palette.near, palette.far, palette.second]),
        palette.near,
        rng.uniform(0.25, 0.75),
    )


def _leaves(canvas: Canvas, rng: Random, points: list[Point], turns: float, colour: Colour) -> None:
    pairs = rng.choice([4, 5, 5, 6])
    plump = rng.choice([0.14, 0.22, 0.34])
    for pair in range(pairs):
        share = 0.34 + 0.56 * pair / pairs
        at = points[round(share * 24)]
        length = canvas.unit * 0.13 * (1.15 - 0.7 * share) * rng.uniform(0.85, 1.15)
        for direction in (-1, 1):
            angle = turns + direction * rng.uniform(0.1, 0.16)
            leaf(
                canvas,
                at,
                length,
                angle,
                mix(colour, canvas.palette.far, 0.25 * share),
                plump=plump,
            )


def _bloom(canvas: Canvas, rng: Random, points: list[Point], side: float) -> None:
    palette = canvas.palette
    tip, radius = points[-1], canvas.unit * rng.uniform(0.07, 0.115)
    colour = rng.choice([palette.accent, palette.accent, palette.second, mix(palette.accent, palette.paper, 0.45)])
    kind = rng.randrange(5)
    if kind == 0:
        daisy(canvas, tip, radius * 1.15, colour, rng)
    elif kind == 1:
        tulip(canvas, tip, radius * 0.75, 0.75 + side * 0.3, colour)
    elif kind == 2:
        poppy(canvas, tip, radius, colour, rng)
    elif kind == 3:
        berries(canvas, tip, radius * 0.9, colour, rng)
    else:
        leaf(canvas, tip, radius * 2.4, 0.75 + side * 0.3, _green(canvas, rng))


SCENE = Scene(
    "botanical",
    draw,
    vocabulary(
        "flower floral rose tulip daisy bouquet plant botanical botanic leaf garden bloom blossom "
        "spring herb orchid lily meadow sakura fleur blume wreath greenhouse picnic"
    ),
)
