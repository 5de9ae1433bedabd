"""Lines that look drawn: fractal profiles, splines, arcs. Points are (x, y) in pixels."""

from collections.abc import Sequence
from math import cos, pi, sin
from random import Random
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


def fractal_line(rng: Random, count: int, *, cells: float, octaves: int, gain: float = 0.5) -> list[float]:
    """Return `count` heights, about -1 to 1, of a line with `cells` hills and finer octaves."""
    heights = [0.0] * count
    amplitude, total = 1.0, 0.0
    for _ in range(octaves):
        for index, value in enumerate(_value_noise(rng, count, cells)):
            heights[index] += value * amplitude
        total += amplitude
        amplitude, cells = amplitude * gain, cells * 2
    return [height / total for height in heights]


def _value_noise(rng: Random, count: int, cells: float) -> list[float]:
    knots = [rng.uniform(-1, 1) for _ in range(int(cells) + 3)]
    step = cells / max(count - 1, 1)
    return [_between(knots, index * step) for index in range(count)]


def _between(knots: Sequence[float], place: float) -> float:
    index = int(place)
    share = place - index
    share = share * share * (3 - 2 * share)
    return knots[index] + (knots[index + 1] - knots[index]) * share


def spline(points: Sequence[Point], *, steps: int = 12, closed: bool = False) -> list[Point]:
    """Return a smooth line (Catmull-Rom) through every one of `points`."""
    if closed:
        around = [points[-1], *points, points[0], points[1]]
    else:
        around = [points[0], *points, points[-1]]
    line = [
        _catmull_rom(around[index : index + 4], step / steps)
        for index in range(len(around) - 3)
        for step in range(steps)
    ]
    return line if closed else [*line, points[-1]]


def _catmull_rom(four: Sequence[Point], share: float) -> Point:
    before, start, end, after = four
    x, y = (
        0.5
        * (
            2 * start[axis]
            + (end[axis] - before[axis]) * share
            + (2 * before[axis] - 5 * start[axis] + 4 * end[axis] - after[axis]) * share**2
            + (3 * start[axis] - before[axis] - 3 * end[axis] + after[axis]) * share**3
        )
        for axis in (0, 1)
    )
    return x, y


def arc(centre: Point, radius: Point, start: float, end: float, *, steps: int = 40) -> list[Point]:
    """Return points on an ellipse from angle `start` to `end`, in turns, clockwise from east."""
    angles = [2 * pi * (start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(centre[0] + radius[0] * cos(angle), centre[1] + radius[1] * sin(angle)) for angle in angles]


def mirrored(points: Sequence[Point], axis_x: float) -> list[Point]:
    """Return the outline made of `points` and their mirror image across the vertical `axis_x`."""
    return [*points, *((2 * axis_x - x, y) for x, y in reversed(points))]


def turned(points: Sequence[Point], pivot: Point, turns: float) -> list[Point]:
    """Return `points` turned clockwise about `pivot`."""
    cosine, sine = cos(2 * pi * turns), sin(2 * pi * turns)
    return [
        (
            pivot[0] + (x - pivot[0]) * cosine - (y - pivot[1]) * sine,
            pivot[1] + (x - pivot[0]) * sine + (y - pivot[1]) * cosine,
        )
        for x, y in points
    ]
