"""A head's own coordinates: (0, 0) between the eyes' height and centre, 1.0 the half height."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.generations.providers.sketch.curves import Point, turned


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the head is on the canvas, how large, and how it tilts (turns, clockwise)."""

    centre: Point
    radius: float
    tilt: float

    def place(self, points: Sequence[Point]) -> list[Point]:
        """Return head coordinates as pixels, tilted about the base of the neck."""
        cx, cy = self.centre
        flat = [(cx + x * self.radius, cy + y * self.radius) for x, y in points]
        return turned(flat, (cx, cy + 1.5 * self.radius), self.tilt)

    def upright(self, points: Sequence[Point]) -> list[Point]:
        """Return head coordinates as pixels without the tilt, for shoulders and clothes."""
        cx, cy = self.centre
        return [(cx + x * self.radius, cy + y * self.radius) for x, y in points]
