"""Vessels and fruit on a table, window light on the wall behind."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import Point, arc, mirrored, spline
from apps.generations.providers.sketch.plants import daisy, leaf, stem
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.words import vocabulary

# Half outlines from the mouth down, as shares of the vessel's height: (half width, depth).
_PROFILES: tuple[tuple[Point, ...], ...] = (
    ((0.10, 0.0), (0.08, 0.14), (0.10, 0.24), (0.32, 0.5), (0.34, 0.72), (0.20, 0.96), (0.19, 1.0)),
    ((0.16, 0.0), (0.13, 0.1), (0.30, 0.34), (0.28, 0.68), (0.14, 0.94), (0.15, 1.0)),
    ((0.07, 0.0), (0.07, 0.34), (0.10, 0.42), (0.20, 0.56), (0.21, 0.78), (0.20, 1.0)),
    ((0.2, 0.0), (0.17, 0.12), (0.3, 0.42), (0.29, 0.74), (0.2, 0.97), (0.2, 1.0)),
)


def draw(canvas: Canvas) -> None:
    """Draw the room, then the things on the table from back to front."""
    rng = canvas.rng("still life")
    table = canvas.height * rng.uniform(0.68, 0.75)
    _room(canvas, rng, table)
    height = min(canvas.unit * 0.56, table * 0.58)
    main = canvas.width * 0.5 + canvas.unit * rng.uniform(-0.12, 0.02)
    foot = table + canvas.unit * 0.06
    vase(canvas, rng, (main, foot), height * rng.uniform(0.78, 0.95), flowers=True)
    if canvas.width > canvas.height * 0.7:
        vase(
            canvas,
            rng,
            (main - canvas.unit * 0.3, foot - canvas.unit * 0.015),
            height * rng.uniform(0.45, 0.7),
            flowers=False,
        )
    cup(canvas, rng, (main + canvas.unit * 0.27, foot + canvas.unit * 0.03), height * 0.3)
    fruit(canvas, rng, (main - canvas.unit * 0.02, foot + canvas.unit * 0.1))


def _room(canvas: Canvas, rng: Random, table: float) -> None:
    palette = canvas.palette
    wall = mix(palette.sky[1], palette.sky[2], rng.uniform(0.1, 0.7))
    canvas.wash([mix(wall, palette.sky[0], 0.35), wall, mix(wall, palette.paper, 0.3)])
    _window(canvas, rng, table)
    wood = mix(palette.near, palette.far, rng.uniform(0.3, 0.7))
    canvas.band(table, canvas.height, [mix(wood, palette.light, 0.18), wood, mix(wood, palette.ink, 0.25)])


def _window(canvas: Canvas, rng: Random, table: float) -> None:
    reach, lean = canvas.unit * 0.27, canvas.unit * rng.uniform(-0.16, 0.16)
    x, top = canvas.width * rng.uniform(0.3, 0.7), table * rng.uniform(0.34, 0.5)
    dome = [(px + lean * (table - py) / table, py) for px, py in arc((x, top), (reach, reach), 0.5, 1.0)]
    canvas.polygon(
        [(x - reach, table), *dome, (x + reach, table)],
        mix(canvas.palette.light, canvas.palette.second, 0.14),
        opacity=0.85,
    )
    bar = canvas.unit * 0.008
    tone = mix(canvas.palette.sky[1], canvas.palette.sky[2], 0.4)
    canvas.line(
        [(x, table), (x + lean * (table - top + reach) / table, top - reach)],
        bar * 2,
        tone,
        opacity=0.7,
    )
    for share in (0.25, 0.62):
        y = top + (table - top) * share
        shift = lean * (table - y) / table
        canvas.line([(x - reach, y), (x + reach + shift, y)], bar * 2, tone, opacity=0.7)


def vase(canvas: Canvas, rng: Random, foot: Point, height: float, *, flowers: bool) -> None:
    """Stand a vase on `foot`, with a few stems in it when asked."""
    mouth = (foot[0], foot[1] - height)
    if flowers:
        _branches(canvas, rng, mouth, height)
    _vessel(canvas, rng.choice(_PROFILES), foot, height, _glaze(canvas, rng))


def _glaze(canvas: Canvas, rng: Random) -> Colour:
    palette = canvas.palette
    return rng.choice(
        [
            palette.accent,
            palette.second,
            palette.near,
            mix(palette.paper, palette.far, 0.25),
            palette.far,
        ]
    )


def _vessel(canvas: Canvas, profile: tuple[Point, ...], foot: Point, height: float, glaze: Colour) -> None:
    x, top = foot[0], foot[1] - height
    palette = canvas.palette
    right = spline([(x + half * height, top + depth * height) for half, depth in profile])
    outline = mirrored(right, x)
    _cast_shadow(canvas, foot, profile[-2][0] * height, height)
    canvas.polygon(outline, [mix(glaze, palette.light, 0.2), glaze, mix(glaze, palette.ink, 0.18)])
    for edge in (0.0, 0.12, 0.24, 0.36, 0.48, 0.6, 0.7, 0.79, 0.87, 0.94):
        terminator = [(x + (px - x) * edge, py) for px, py in reversed(right)]
        canvas.polygon([*right, *terminator], palette.ink, opacity=0.036)
    gleam = [(2 * x - (x + (px - x) * 0.72), py) for px, py in right[len(right) // 3 : len(right) * 3 // 4]]
    canvas.line(gleam, height * 0.016, palette.light, opacity=0.4)
    lip = profile[0][0] * height
    canvas.ellipse((x, top), (lip, lip * 0.2), mix(glaze, palette.ink, 0.5))


def _cast_shadow(canvas: Canvas, foot: Point, half: float, height: float) -> None:
    reach = height * 0.75
    streak = [
        (foot[0] - half * 0.8, foot[1]),
        (foot[0] + half, foot[1] - height * 0.03),
        (foot[0] + half + reach, foot[1] + height * 0.1),
        (foot[0] + reach * 0.7, foot[1] + height * 0.16),
    ]
    canvas.shadow(streak, height * 0.03, opacity=0.42)


def _branches(canvas: Canvas, rng: Random, mouth: Point, height: float) -> None:
    palette = canvas.palette
    green = mix(palette.near, rng.choice([palette.far, palette.second]), 0.3)
    with_flowers = rng.random() < 0.6
    for side in (-0.9, 0.8, -0.45, 0.4, 0.0):
        start = (mouth[0], mouth[1] + height * 0.1)
        points = stem(
            canvas,
            start,
            height * rng.uniform(0.6, 0.95),
            0.75 + side * 0.09,
            side * rng.uniform(0.03, 0.09),
        )
        for step in range(6, 25, 3):
            for direction in (-1, 1):
                leaf(
                    canvas,
                    points[step],
                    height * rng.uniform(0.12, 0.19),
                    0.75 + side * 0.15 + direction * 0.12,
                    green,
                    plump=0.26,
                )
        if with_flowers:
            daisy(canvas, points[-1], height * rng.uniform(0.08, 0.14), palette.accent, rng)


def cup(canvas: Canvas, rng: Random, foot: Point, height: float) -> None:
    """Set a cup on its saucer, steam rising."""
    x, y = foot
    glaze = mix(canvas.palette.paper, canvas.palette.second, rng.uniform(0.05, 0.3))
    canvas.ellipse((x, y), (height * 0.95, height * 0.17), mix(glaze, canvas.palette.ink, 0.2))
    canvas.ellipse((x, y - height * 0.03), (height * 0.95, height * 0.16), glaze)
    handle = arc((x + height * 0.56, y - height * 0.5), (height * 0.24, height * 0.24), -0.3, 0.34)
    canvas.line(handle, height * 0.09, mix(glaze, canvas.palette.ink, 0.14))
    bowl = ((0.56, 0.0), (0.54, 0.3), (0.42, 0.7), (0.22, 0.94), (0.2, 1.0))
    _vessel(canvas, bowl, (x, y - height * 0.05), height * 0.9, glaze)
    canvas.ellipse(
        (x, y - height * 0.95),
        (height * 0.45, height * 0.075),
        mix(canvas.palette.near, canvas.palette.ink, 0.3),
    )
    for shift in (-0.15, 0.12):
        steam = [
            (x + height * (shift + sway), y - height * rise)
            for rise, sway in ((1.1, 0.0), (1.35, 0.09), (1.65, -0.07), (2.0, 0.07))
        ]
        canvas.line(spline(steam), height * 0.045, canvas.palette.paper, opacity=0.4)


def fruit(canvas: Canvas, rng: Random, foot: Point) -> None:
    """Lay a few round fruit on the table."""
    palette = canvas.palette
    for index in range(rng.randint(1, 3)):
        radius = canvas.unit * rng.uniform(0.038, 0.052)
        x, y = (
            foot[0] - canvas.unit * 0.085 * index,
            foot[1] + canvas.unit * rng.uniform(-0.012, 0.012),
        )
        colour = rng.choice([palette.accent, palette.second, mix(palette.accent, palette.second, 0.5)])
        canvas.shadow(
            arc((x + radius * 0.8, y + radius * 0.85), (radius * 1.4, radius * 0.24), 0, 1),
            radius * 0.12,
            opacity=0.45,
        )
        canvas.disc(
            (x, y),
            radius,
            [mix(colour, palette.light, 0.3), colour, mix(colour, palette.ink, 0.28)],
        )
        canvas.glow((x - radius * 0.3, y - radius * 0.35), radius * 0.5, palette.light, strength=0.5)
        leaf(canvas, (x, y - radius * 0.9), radius * 0.8, rng.uniform(0.85, 1.0), palette.near)


SCENE = Scene(
    "still life",
    draw,
    vocabulary(
        "coffee cafe café tea cup breakfast kitchen food fruit table still vase interior room home "
        "house product perfume bottle book morning brunch restaurant wine dinner cooking "
        "skincare makeup cosy cozy window living bedroom sofa"
    ),
)
