"""Colours, and mixing them the way the eye does."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]
_Lab: TypeAlias = tuple[float, float, float]


def from_hex(code: str) -> Colour:
    """Return the colour written as '#rrggbb'."""
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue


@lru_cache(maxsize=4096)
def mix(start: Colour, end: Colour, share: float) -> Colour:
    """Return the colour `share` (0 to 1) of the way from `start` to `end`.

    The way leads through Oklab, so that blends of far hues stay clear instead of going grey.
    """
    share = min(max(share, 0.0), 1.0)
    left, right = _to_oklab(start), _to_oklab(end)
    lightness, a, b = (one + (other - one) * share for one, other in zip(left, right, strict=True))
    return _from_oklab((lightness, a, b))


def along(stops: Sequence[Colour], share: float) -> Colour:
    """Return the colour at `share` (0 to 1) of a ramp through evenly spaced `stops`."""
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    return mix(stops[index], stops[index + 1], round(place - index, 4))


# Björn Ottosson, "A perceptual color space for image processing" (2020): the matrices below.
def _to_oklab(colour: Colour) -> _Lab:
    red, green, blue = (_to_linear(channel / 255) for channel in colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lab: _Lab) -> Colour:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _to_byte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _to_byte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _to_byte(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _to_linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _to_byte(linear: float) -> int:
    linear = min(max(linear, 0.0), 1.0)
    encoded = linear * 12.92 if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(encoded * 255)
