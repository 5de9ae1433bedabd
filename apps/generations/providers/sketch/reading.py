"""Reading a prompt: which scene, which palette. Any language works; unknown words go by hash."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar

from apps.generations.providers.sketch.palettes import PALETTES, Palette
from apps.generations.providers.sketch.scenes import PORTRAIT, SCENES
from apps.generations.providers.sketch.scenes.scene import Scene


class _Wordy(Protocol):
    @property
    def words(self) -> frozenset[str]: ...


_Choice = TypeVar("_Choice", bound=_Wordy)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the studio takes from a prompt. `place` lies behind a portrait."""

    scene: Scene
    place: Scene
    palette: Palette


def read(prompt: str, seed: int) -> Reading:
    """Return the scene the prompt names, or one that always belongs to the same prompt.

    The seed decides only where the words leave a choice of colours.
    """
    words = _words(prompt)
    place = _called_for(SCENES, words) or _picked(SCENES, prompt)
    scene = PORTRAIT if words & PORTRAIT.words else place
    palette = _called_for(PALETTES, words) or _picked(PALETTES, f"{prompt}\n{seed}")
    return Reading(scene, place, palette)


def _words(prompt: str) -> frozenset[str]:
    found = re.findall(r"\w+", prompt.casefold())
    return frozenset(found) | {word.removesuffix("s") for word in found}


def _called_for(choices: Sequence[_Choice], words: frozenset[str]) -> _Choice | None:
    best = max(choices, key=lambda choice: len(choice.words & words))
    return best if best.words & words else None


def _picked(choices: Sequence[_Choice], text: str) -> _Choice:
    digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
    return choices[int.from_bytes(digest[:8]) % len(choices)]
