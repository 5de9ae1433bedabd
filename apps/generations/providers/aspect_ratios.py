"""The aspect ratios a person may choose, and the pixels each one gets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

PixelSize: TypeAlias = tuple[int, int]

# About one megapixel each, sides divisible by 16 as image models like them.
ASPECT_RATIOS: Mapping[str, PixelSize] = MappingProxyType(
    {
        "1:1": (1024, 1024),
        "4:5": (896, 1120),
        "3:4": (864, 1152),
        "2:3": (832, 1248),
        "9:16": (720, 1280),
        "5:4": (1120, 896),
        "4:3": (1152, 864),
        "3:2": (1248, 832),
        "16:9": (1280, 720),
    }
)

_SCALE_BY_QUALITY: Mapping[str, float] = MappingProxyType({"standard": 1.0, "hq": 1.5})
QUALITIES: tuple[str, ...] = tuple(_SCALE_BY_QUALITY)


def pixel_size(aspect_ratio: str, quality: str) -> PixelSize:
    """Return (width, height) in pixels; raise KeyError for a ratio or quality we don't have."""
    width, height = ASPECT_RATIOS[aspect_ratio]
    scale = _SCALE_BY_QUALITY[quality]
    return round(width * scale), round(height * scale)
