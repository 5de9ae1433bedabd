"""What makes a flat picture look printed: cloudy noise, paper grain, darker corners."""

from random import Random
from typing import cast

from PIL import Image, ImageChops, ImageMath

from apps.generations.providers.sketch.canvas import Canvas

_GRAIN_DEPTH = 9
_TOOTH_DEPTH = 4


def cloud(rng: Random, size: tuple[int, int], *, cells: tuple[int, int], octaves: int) -> Image.Image:
    """Return smooth fractal noise (mode F, about -1 to 1) with `cells` blots across and down."""
    total = Image.new("F", size)
    for octave in range(octaves):
        total = added(total, _blots(rng, size, (cells[0] << octave, cells[1] << octave), octave))
    return total


def _blots(rng: Random, size: tuple[int, int], cells: tuple[int, int], octave: int) -> Image.Image:
    amplitude = 0.5**octave
    across, down = cells[0] + 2, cells[1] + 2
    blots = Image.frombytes("L", (across, down), rng.randbytes(across * down)).convert("F")
    waves = blots.point(lambda level: level * (amplitude / 128) - amplitude)
    # Cut off centre, so that the lattices of the octaves never coincide and show.
    left, top = 0.5 + rng.random(), 0.5 + rng.random()
    box = (left, top, left + cells[0], top + cells[1])
    return waves.resize(size, Image.Resampling.BICUBIC, box)


def added(left: Image.Image, right: Image.Image) -> Image.Image:
    """Return the sum of two fields (mode F)."""
    return cast(
        "Image.Image",
        ImageMath.lambda_eval(lambda given: given["left"] + given["right"], left=left, right=right),
    )


def finish(canvas: Canvas) -> None:
    """Give a finished picture its paper: grain, tooth and a light vignette."""
    rng = canvas.rng("paper")
    paper = ImageChops.add(_grain(rng, canvas), _tooth(rng, canvas), 1, -128)
    canvas.image = ImageChops.soft_light(canvas.image, Image.merge("RGB", [paper] * 3))
    canvas.image = ImageChops.multiply(canvas.image, _vignette(canvas.image.size))


def _grain(rng: Random, canvas: Canvas) -> Image.Image:
    width, height = canvas.image.size
    levels = [round(128 + (level - 128) / 128 * _GRAIN_DEPTH) for level in range(256)]
    return Image.frombytes("L", (width, height), rng.randbytes(width * height)).point(levels)


def _tooth(rng: Random, canvas: Canvas) -> Image.Image:
    across, down = canvas.width // 6 + 1, canvas.height // 6 + 1
    levels = [round(128 + (level - 128) / 128 * _TOOTH_DEPTH) for level in range(256)]
    coarse = Image.frombytes("L", (across, down), rng.randbytes(across * down)).point(levels)
    return coarse.resize(canvas.image.size, Image.Resampling.BICUBIC)


def _vignette(size: tuple[int, int]) -> Image.Image:
    levels = [round(255 * (1 - 0.2 * max(0.0, level / 255 - 0.35) ** 1.6)) for level in range(256)]
    corners = Image.radial_gradient("L").point(levels).resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", [corners] * 3)
