"""Water: a still mirror of what stands above it, and light glittering on it."""

from PIL import Image

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.curves import Point


def still_water(canvas: Canvas, shore: float) -> None:
    """Fill the picture below `shore` with the reflection of everything above."""
    top, depth = round(shore), canvas.height - round(shore)
    above = canvas.image.crop((0, 0, canvas.width, top)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    squeezed = above.resize((canvas.width, max(depth, round(top * 0.62))))
    mirror = squeezed.crop((0, 0, canvas.width, depth))
    tint = Image.new("RGB", mirror.size, canvas.palette.far)
    canvas.image.paste(Image.blend(mirror, tint, 0.26), (0, top))
    _ripples(canvas, shore)


def _ripples(canvas: Canvas, shore: float) -> None:
    rng = canvas.rng("ripples")
    for _ in range(canvas.count(80)):
        near = rng.random()
        y = shore + (canvas.height - shore) * near**1.5
        length = canvas.unit * rng.uniform(0.02, 0.16) * (0.4 + near)
        middle = (rng.uniform(-0.05, 1) * canvas.width + length / 2, y)
        _dash(canvas, middle, (length / 2, canvas.unit * 0.0024 * near), opacity=0.2)


def glitter(canvas: Canvas, x: float, top: float, bottom: float) -> None:
    """Lay the broken path of light that leads from `top` to the viewer under a low sun."""
    rng = canvas.rng("glitter")
    for _ in range(canvas.count(150)):
        near = rng.random()
        spread = canvas.unit * (0.025 + 0.13 * near)
        length = canvas.unit * rng.uniform(0.008, 0.05) * (0.4 + near)
        middle = (x + rng.gauss(0, spread), top + (bottom - top) * near)
        thick = canvas.unit * (0.0012 + 0.003 * near)
        _dash(canvas, middle, (length / 2, thick), opacity=0.5)


def _dash(canvas: Canvas, middle: Point, radius: Point, *, opacity: float) -> None:
    half, thick = radius
    canvas.ellipse(middle, (half, max(0.6, thick)), canvas.palette.light, opacity=opacity)
