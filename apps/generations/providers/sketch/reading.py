"""Reading a prompt: which scene, which palette. Any language works; unknown words go by hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar

from apps.generations.providers.sketch.palettes import PALETTES, Palette
from apps.generations.providers.sketch.scenes import PORTRAIT, SCENES, SUBJECTS
from apps.generations.providers.sketch.scenes.scene import Scene
from apps.generations.providers.sketch.words import neighbours, vocabulary


class _Wordy(Protocol):
    @property
    def words(self) -> frozenset[str]: ...


_Choice = TypeVar("_Choice", bound=_Wordy)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the studio takes from a prompt: a place, a person before it, or a person alone.

    `words` holds the prompt's words, and each two neighbours.
    """

    place: Scene | None
    has_person: bool
    palette: Palette
    words: frozenset[str]


def read(prompt: str, seed: int) -> Reading:
    """Return the scene the prompt names, or one that always belongs to the same prompt.

    The seed decides only where the words leave a choice of colours.
    """
    words = vocabulary(prompt) | neighbours(prompt)
    has_person = bool(words & PORTRAIT.words)
    place = (None if has_person else _called_for(SUBJECTS, words)) or _called_for(SCENES, words)
    if place is None and not has_person:
        place = _picked(SCENES, prompt)
    palette = _called_for(PALETTES, words) or _picked(PALETTES, f"{prompt}\n{seed}")
    return Reading(place, has_person, palette, words)


def _called_for(choices: Sequence[_Choice], words: frozenset[str]) -> _Choice | None:
    best = max(choices, key=lambda choice: len(choice.words & words))
    return best if best.words & words else None


def _picked(choices: Sequence[_Choice], text: str) -> _Choice:
    digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
    return choices[int.from_bytes(digest[:8]) % len(choices)]
