"""What each image model of the API can do: its sizes, its words for quality, how many images a call gives.

From the API's reference as the official client carries it (`openai.types.image_generate_params`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import log
from types import MappingProxyType
from typing import TypeAlias

from apps.generations.providers.aspect_ratios import ASPECT_RATIOS, PixelSize, pixel_size

Parameters: TypeAlias = Mapping[str, str | int]

_SIDE_STEP = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageModel:
    """A family of models. Without ``sizes`` it draws any size whose sides can be divided by 16."""

    begins: str
    sizes: tuple[PixelSize, ...] = ()
    qualities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    most_a_call: int = 10
    # Parameters that go with every call.
    always: Parameters = field(default_factory=lambda: MappingProxyType({}))

    def parameters(self, *, quality: str, aspect_ratio: str) -> dict[str, str | int]:
        """Our words for the picture in those of the API."""
        width, height = self._size(quality, aspect_ratio)
        told = {"quality": self.qualities[quality]} if self.qualities else {}
        return {"size": f"{width}x{height}", **told, **self.always}

    def calls(self, image_count: int) -> Iterator[int]:
        """How many images each call asks for, so that together they are so many."""
        for asked in range(0, image_count, self.most_a_call):
            yield min(self.most_a_call, image_count - asked)

    def _size(self, quality: str, aspect_ratio: str) -> PixelSize:
        if self.sizes:
            return min(self.sizes, key=lambda size: _distance(size, ASPECT_RATIOS[aspect_ratio]))
        width, height = pixel_size(aspect_ratio, quality)
        return _stepped(width), _stepped(height)


# Pixels come as JPEG: a PNG of the same picture is five times as large on its way, as text a third more still.
_GPT_IMAGE: Parameters = MappingProxyType({"output_format": "jpeg", "output_compression": 95})
_EFFORT = MappingProxyType({"standard": "medium", "hq": "high"})
_THREE_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))
_IN_THE_ANSWER: Parameters = MappingProxyType({"response_format": "b64_json"})

# The first whose beginning fits. The last fits every name: a server of one's own, whose models draw any size, know no
# word for quality (it is in the size) and often give one image a call, whatever was asked.
_MODELS = (
    ImageModel(begins="gpt-image-2", qualities=_EFFORT, always=_GPT_IMAGE),
    ImageModel(begins="gpt-image-", sizes=_THREE_SIZES, qualities=_EFFORT, always=_GPT_IMAGE),
    ImageModel(begins="chatgpt-image", sizes=_THREE_SIZES, qualities=_EFFORT, always=_GPT_IMAGE),
    ImageModel(
        begins="dall-e-3",
        sizes=((1024, 1024), (1792, 1024), (1024, 1792)),
        qualities=MappingProxyType({"standard": "standard", "hq": "hd"}),
        most_a_call=1,
        always=_IN_THE_ANSWER,
    ),
    ImageModel(begins="dall-e-2", sizes=((1024, 1024),), always=_IN_THE_ANSWER),
    ImageModel(begins="", most_a_call=1, always=_IN_THE_ANSWER),
)


def model_named(name: str) -> ImageModel:
    """What the model of that name can do."""
    return next(model for model in _MODELS if name.startswith(model.begins))


def _stepped(side: int) -> int:
    return round(side / _SIDE_STEP) * _SIDE_STEP


def _distance(size: PixelSize, other: PixelSize) -> float:
    """How far two shapes are from each other; nothing for the same shape."""
    return abs(log(size[0] / size[1]) - log(other[0] / other[1]))
