"""What a scene is."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.generations.providers.sketch.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Scene:
    """A way to compose a picture, and the words of a prompt that call for it."""

    name: str
    draw: Callable[[Canvas], None]
    words: frozenset[str]
