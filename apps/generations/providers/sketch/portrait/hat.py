"""A sun hat."""

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import mix
from apps.generations.providers.sketch.curves import Point, arc, mirrored, spline
from apps.generations.providers.sketch.portrait.frame import Frame

_CROWN: tuple[Point, ...] = ((0, -1.66), (0.5, -1.62), (0.78, -1.3), (0.82, -0.8))


def sun_hat(canvas: Canvas, frame: Frame) -> None:
    """Put a wide straw hat on the head."""
    palette = canvas.palette
    straw = mix(palette.paper, palette.second, 0.35)
    brim = arc((0, -0.74), (1.62, 0.34), 0, 1)
    canvas.polygon(frame.place(brim), [straw, mix(straw, palette.ink, 0.14)])
    # The crown's foot is the half ellipse that its right side and its mirror image meet in.
    crown = mirrored([*spline(_CROWN), *arc((0, -0.8), (0.82, 0.15), 0, 0.25)], 0)
    canvas.polygon(frame.place(crown), [mix(straw, palette.light, 0.3), straw])
    upper = arc((0, -0.98), (0.83, 0.14), 0.5, 0.0, steps=20)
    lower = arc((0, -0.79), (0.82, 0.15), 0.0, 0.5, steps=20)
    canvas.polygon(frame.place([*upper, *lower]), palette.accent)
