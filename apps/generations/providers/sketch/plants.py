"""Leaves, stems and blooms."""

from functools import lru_cache
from math import cos, pi, sin
from random import Random

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import Colour, mix
from apps.generations.providers.sketch.curves import Point, arc, spline, turned


def leaf(canvas: Canvas, foot: Point, length: float, turns: float, colour: Colour, *, plump: float = 0.3) -> None:
    """Draw one leaf pointing from `foot` at an angle (clockwise from east), one half in shade.

    `plump` is the half width as a share of the length.
    """
    palette = canvas.palette
    rib, upper, lower = (
        turned([(foot[0] + x * length, foot[1] + y * length) for x, y in line], foot, turns)
        for line in _leaf_lines(plump)
    )
    canvas.polygon([*upper, *reversed(rib)], colour)
    canvas.polygon([*lower, *reversed(rib)], mix(colour, palette.ink, 0.22))
    canvas.line(rib, max(0.8, length * 0.012), mix(colour, palette.paper, 0.35))


@lru_cache(maxsize=64)
def _leaf_lines(plump: float) -> tuple[list[Point], list[Point], list[Point]]:
    # The midrib and both edges of a leaf of length 1 that points east.
    rib = [(0.0, 0.0), (0.5, -0.05), (1.0, 0.0)]
    upper = [(0.0, 0.0), (0.3, -plump), (0.72, -0.72 * plump), (1.0, 0.0)]
    lower = [(0.0, 0.0), (0.3, 0.86 * plump), (0.72, 0.6 * plump), (1.0, 0.0)]
    return spline(rib, steps=8), spline(upper, steps=8), spline(lower, steps=8)


def stem(canvas: Canvas, foot: Point, length: float, turns: float, bend: float) -> list[Point]:
    """Draw a stem from `foot`, bending over as it grows, and return its 25 points."""
    points = [_grown(foot, length * step / 24, turns + bend * step / 24) for step in range(25)]
    tone = mix(canvas.palette.near, canvas.palette.second, 0.2)
    canvas.line(points, max(1.0, canvas.unit * 0.004), tone)
    return points


def _grown(foot: Point, length: float, turns: float) -> Point:
    angle = 2 * pi * turns
    return foot[0] + cos(angle) * length, foot[1] + sin(angle) * length


def daisy(canvas: Canvas, centre: Point, radius: float, colour: Colour, rng: Random) -> None:
    """Draw an open flower seen from the front."""
    petals = rng.choice([8, 10, 13])
    start = rng.random()
    for ring, shade in ((1.0, 0.0), (0.72, 0.18)):
        for index in range(petals):
            turns = start + (index + (1 - ring)) / petals
            petal = _petal(centre, radius * ring, 0.9 / petals * 3)
            canvas.polygon(
                turned(petal, centre, turns),
                mix(colour, canvas.palette.paper, shade + 0.1 * (index % 2)),
            )
    canvas.disc(centre, radius * 0.24, canvas.palette.second)
    canvas.disc(
        (centre[0] - radius * 0.03, centre[1] - radius * 0.03),
        radius * 0.15,
        mix(canvas.palette.second, canvas.palette.ink, 0.25),
    )


def _petal(centre: Point, radius: float, width: float) -> list[Point]:
    x, y = centre
    half = radius * width / 2
    return spline(
        [
            (x, y),
            (x + radius * 0.55, y - half),
            (x + radius * 0.95, y - half * 0.55),
            (x + radius, y),
            (x + radius * 0.95, y + half * 0.55),
            (x + radius * 0.55, y + half),
        ],
        steps=5,
        closed=True,
    )


def tulip(canvas: Canvas, foot: Point, radius: float, turns: float, colour: Colour) -> None:
    """Draw a cup-shaped flower standing on `foot` and facing along its stem."""
    x, y = foot
    for spread, shade in ((0.62, 0.3), (-0.62, 0.16), (0.0, 0.0)):
        side = radius * spread
        petal = [
            (x - radius * 0.1, y),
            (x + radius * 0.5, y + side - radius * 0.45),
            (x + radius * 1.75, y + side * 1.25),
            (x + radius * 0.5, y + side + radius * 0.45),
        ]
        canvas.polygon(
            turned(spline(petal, steps=8, closed=True), foot, turns),
            mix(colour, canvas.palette.ink, shade),
        )


def poppy(canvas: Canvas, centre: Point, radius: float, colour: Colour, rng: Random) -> None:
    """Draw a round flower of a few overlapping petals."""
    start = rng.random()
    for index in range(5):
        turns = start + index / 5
        middle = (
            centre[0] + cos(2 * pi * turns) * radius * 0.45,
            centre[1] + sin(2 * pi * turns) * radius * 0.45,
        )
        canvas.disc(middle, radius * 0.58, mix(colour, canvas.palette.ink, 0.07 * (index % 3)), opacity=0.94)
    canvas.disc(centre, radius * 0.26, canvas.palette.ink)
    for point in arc(centre, (radius * 0.36, radius * 0.36), start, start + 1, steps=11):
        canvas.disc(point, radius * 0.045, canvas.palette.second)


def berries(canvas: Canvas, foot: Point, radius: float, colour: Colour, rng: Random) -> None:
    """Draw a loose cluster of round fruit."""
    for _ in range(7):
        place = (foot[0] + rng.gauss(0, radius * 0.7), foot[1] + rng.gauss(0, radius * 0.7))
        canvas.disc(
            place,
            radius * rng.uniform(0.2, 0.34),
            mix(colour, canvas.palette.ink, rng.uniform(0, 0.25)),
        )
