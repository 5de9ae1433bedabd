"""Trees in silhouette."""

from math import cos, pi, sin
from random import Random

from apps.generations.providers.sketch.canvas import Canvas, Fill
from apps.generations.providers.sketch.curves import Point, turned


def pine(canvas: Canvas, foot: Point, height: float, fill: Fill, rng: Random) -> None:
    """Draw a conifer standing on `foot`; its branches never hang alike on both sides."""
    x, y = foot
    tiers = max(4, min(13, int(height / canvas.unit * 80)))
    left, right = _side(rng, tiers, height, -1), _side(rng, tiers, height, 1)
    trunk = [(x + height * 0.02, y), (x - height * 0.02, y)]
    eastern = [(x + dx, y - height + dy) for dx, dy in right]
    western = [(x + dx, y - height + dy) for dx, dy in reversed(left)]
    canvas.polygon([(x, y - height), *eastern, *trunk, *western], fill)


def _side(rng: Random, tiers: int, height: float, direction: int) -> list[Point]:
    points: list[Point] = []
    for tier in range(1, tiers + 1):
        depth = tier / tiers
        reach = height * 0.23 * depth * rng.uniform(0.75, 1.15)
        drop = height * 0.94 * depth
        points.append((direction * reach, drop))
        points.append((direction * reach * 0.45, drop - height * 0.025))
    return points


def palm_frond(canvas: Canvas, root: Point, length: float, turns: float, rng: Random) -> None:
    """Draw a feathered palm leaf that leaves `root` at an angle (clockwise from east) and sags."""
    rib = [_on_rib(root, length, turns, step / 18) for step in range(19)]
    canvas.line(rib, length * 0.012, canvas.palette.ink)
    for index in range(1, 19):
        share = index / 18
        reach = length * 0.34 * (1 - 0.6 * share) * rng.uniform(0.85, 1.1)
        for direction in (-1, 1):
            _leaflet(canvas, rib[index], reach, turns + direction * (0.17 - 0.07 * share))


def _on_rib(root: Point, length: float, turns: float, share: float) -> Point:
    angle = 2 * pi * turns
    sag = length * 0.26 * share**2
    return root[0] + cos(angle) * length * share, root[1] + sin(angle) * length * share + sag


def _leaflet(canvas: Canvas, foot: Point, reach: float, turns: float) -> None:
    x, y = foot
    blade = [
        (x, y),
        (x + reach * 0.35, y - reach * 0.06),
        (x + reach, y),
        (x + reach * 0.35, y + reach * 0.05),
    ]
    canvas.polygon(turned(blade, foot, turns), canvas.palette.ink)
