"""Skies: the wash, sun or moon, stars, streaks of cloud, birds."""

from random import Random

from PIL import Image

from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.colour import mix
from apps.generations.providers.sketch.curves import Point, spline
from apps.generations.providers.sketch.texture import cloud


def sky(canvas: Canvas, horizon: float) -> None:
    """Wash the sky down to `horizon` (pixels from the top), with clouds, and stars at night."""
    palette = canvas.palette
    canvas.wash(palette.sky)
    canvas.band(0, horizon, list(palette.sky))
    if palette.is_night:
        stars(canvas, horizon)
    streaks(canvas, horizon)


def sun(canvas: Canvas, centre: Point, radius: float) -> None:
    """Hang sun or moon at `centre`, with its halo."""
    palette = canvas.palette
    canvas.glow(centre, radius * 6, palette.light, strength=0.42)
    canvas.glow(centre, radius * 2.4, palette.light, strength=0.6)
    canvas.disc(centre, radius, [palette.light, mix(palette.light, palette.sky[2], 0.35)])


def stars(canvas: Canvas, horizon: float) -> None:
    """Scatter stars, most of them faint, thinning out towards the horizon."""
    rng = canvas.rng("stars")
    for _ in range(canvas.count(260)):
        depth = rng.random() ** 1.4
        place = (rng.uniform(0, canvas.width), horizon * depth)
        size = canvas.unit * (0.0006 + 0.0016 * rng.random() ** 5)
        canvas.disc(place, max(size, 0.55), canvas.palette.light, opacity=(1 - depth) * rng.uniform(0.3, 1))


def streaks(canvas: Canvas, horizon: float) -> None:
    """Draw thin, far clouds across the sky."""
    size = (canvas.width // 4, max(2, int(horizon) // 4))
    drift = cloud(canvas.rng("clouds"), size, cells=(3, 9), octaves=4)
    mask = drift.point(lambda value: value * 190 - 35).convert("L")
    faint = mask.point([round(level * 0.42) for level in range(256)])
    full = faint.resize((canvas.width, int(horizon)), Image.Resampling.BICUBIC)
    canvas.lighten(full, mix(canvas.palette.sky[2], canvas.palette.light, 0.3))


def birds(canvas: Canvas, around: Point, rng: Random) -> None:
    """Draw a small, loose flock."""
    for _ in range(rng.randint(3, 7)):
        x = around[0] + rng.gauss(0, 0.08) * canvas.unit
        y = around[1] + rng.gauss(0, 0.03) * canvas.unit
        span = canvas.unit * rng.uniform(0.007, 0.015)
        wings = [
            (x - span, y - span * 0.35),
            (x - span * 0.4, y - span * 0.4),
            (x, y),
            (x + span * 0.4, y - span * 0.45),
            (x + span, y - span * 0.25),
        ]
        canvas.line(spline(wings, steps=5), max(1.0, canvas.unit * 0.0018), canvas.palette.ink, opacity=0.7)
