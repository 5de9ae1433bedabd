"""Trees in silhouette."""

from random import Random

from apps.generations.providers.sketch.canvas import Canvas, Fill
from apps.generations.providers.sketch.curves import Point


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
