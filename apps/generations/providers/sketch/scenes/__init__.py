"""Every scene the studio can draw."""

from apps.generations.providers.sketch.scenes import ridges
from apps.generations.providers.sketch.scenes.scene import Scene

SCENES: tuple[Scene, ...] = (ridges.SCENE,)
PORTRAIT = ridges.SCENE
