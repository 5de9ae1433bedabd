"""Drawings of the products: each thing, with a landscape printed on it. Made here; nobody's photographs."""

import math
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

SIZE: Final = 720
# Drawn larger and scaled down, so that edges are smooth.
_SCALE: Final = 2
_FULL: Final = SIZE * _SCALE

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

_WALL_TOP: Final[Colour] = (238, 234, 226)
_WALL_BOTTOM: Final[Colour] = (222, 216, 205)
_SKY: Final[tuple[Colour, Colour]] = ((250, 214, 165), (233, 130, 103))
_HILLS: Final[tuple[Colour, ...]] = ((196, 100, 98), (140, 78, 104), (86, 60, 96), (44, 40, 74))
_SUN: Final[Colour] = (255, 240, 208)
_OAK: Final[Colour] = (176, 135, 92)
_WHITE: Final[Colour] = (252, 251, 248)
_COTTON: Final[Colour] = (233, 224, 204)


def png(name: str) -> bytes:
    """The drawing as a PNG of ``SIZE`` pixels squared. Raises KeyError for a name without one."""
    canvas = _gradient((_FULL, _FULL), _WALL_TOP, _WALL_BOTTOM)
    _DRAWINGS[name](canvas)
    file = BytesIO()
    canvas.resize((SIZE, SIZE), Image.Resampling.LANCZOS).quantize(192).save(file, "PNG", optimize=True)
    return file.getvalue()


def _gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    width, height = size
    column = Image.new("RGB", (1, height))
    for y in range(height):
        share = y / max(1, height - 1)
        column.putpixel((0, y), _between(top, bottom, share))
    return column.resize((width, height))


def _between(first: Colour, second: Colour, share: float) -> Colour:
    mixed = [round(a + (b - a) * share) for a, b in zip(first, second, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _landscape(width: int, height: int) -> Image.Image:
    """Hills before a low sun."""
    picture = _gradient((width, height), *_SKY)
    draw = ImageDraw.Draw(picture)
    radius = min(width, height) * 0.14
    x, y = width * 0.64, height * 0.42
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_SUN)
    for number, colour in enumerate(_HILLS):
        base, swing = height * (0.52 + 0.13 * number), height * (0.07 - 0.008 * number)
        ridge = [
            (
                at,
                base
                + swing * math.sin(at / width * (4.2 + number) + number * 1.9)
                + swing * 0.4 * math.sin(at / width * 13 + number),
            )
            for at in range(0, width + 8, 8)
        ]
        draw.polygon([*ridge, (width, height), (0, height)], fill=colour)
    return picture


def _wave(share: float, number: int) -> float:
    return math.sin(share * (4.2 + number) + number * 1.9) + 0.4 * math.sin(share * 13 + number)


def _box(left: float, top: float, right: float, bottom: float) -> Box:
    """Shares of the canvas as pixels."""
    return left * _FULL, top * _FULL, right * _FULL, bottom * _FULL


def _shadow(canvas: Image.Image, box: Box, *, drop: float = 0.02, blur: float = 0.018) -> None:
    left, top, right, bottom = box
    shade = Image.new("L", canvas.size, 0)
    ImageDraw.Draw(shade).rectangle((left, top + drop * _FULL, right, bottom + drop * _FULL), fill=90)
    shade = shade.filter(ImageFilter.GaussianBlur(blur * _FULL))
    canvas.paste((60, 48, 36), mask=shade)


def _print(canvas: Image.Image, box: Box) -> None:
    left, top, right, bottom = map(round, box)
    canvas.paste(_landscape(right - left, bottom - top), (left, top))


def _sheet(canvas: Image.Image, box: Box, *, border: float, paper: Colour = _WHITE) -> None:
    """Paper with a border around the print."""
    _shadow(canvas, box)
    ImageDraw.Draw(canvas).rectangle(box, fill=paper)
    edge = border * _FULL
    _print(canvas, (box[0] + edge, box[1] + edge, box[2] - edge, box[3] - edge))


def _framed(canvas: Image.Image) -> None:
    frame = _box(0.22, 0.14, 0.78, 0.84)
    _shadow(canvas, frame, drop=0.03, blur=0.025)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle(frame, fill=_OAK)
    draw.rectangle(_box(0.222, 0.142, 0.778, 0.148), fill=_between(_OAK, _WHITE, 0.3))
    draw.rectangle(_box(0.245, 0.165, 0.755, 0.815), fill=_WHITE)
    _print(canvas, _box(0.31, 0.235, 0.69, 0.745))


def _print_sheet(canvas: Image.Image) -> None:
    _sheet(canvas, _box(0.24, 0.13, 0.76, 0.865), border=0.05)


def _poster(canvas: Image.Image) -> None:
    _sheet(canvas, _box(0.23, 0.12, 0.77, 0.9), border=0.0)
    draw = ImageDraw.Draw(canvas)
    for x in (0.245, 0.755):
        draw.ellipse(_box(x - 0.006, 0.13, x + 0.006, 0.142), fill=(120, 108, 96))


def _canvas(canvas: Image.Image) -> None:
    front = _box(0.2, 0.18, 0.77, 0.75)
    _shadow(canvas, front, drop=0.03, blur=0.025)
    side = [(front[2], front[1]), (front[2] + 50, front[1] + 36), (front[2] + 50, front[3] + 36), (front[2], front[3])]
    below = [(front[0], front[3]), (front[2], front[3]), (front[2] + 50, front[3] + 36), (front[0] + 50, front[3] + 36)]
    draw = ImageDraw.Draw(canvas)
    draw.polygon(side, fill=_HILLS[2])
    draw.polygon(below, fill=_between(_HILLS[3], (0, 0, 0), 0.3))
    _print(canvas, front)


def _mug(canvas: Image.Image) -> None:
    draw = ImageDraw.Draw(canvas)
    _table(canvas, 0.76)
    body = _box(0.26, 0.27, 0.66, 0.78)
    _shadow(canvas, _box(0.27, 0.72, 0.74, 0.79), drop=0.01)
    draw.ellipse(_box(0.56, 0.36, 0.82, 0.68), fill=_between(_WHITE, _WALL_BOTTOM, 0.4))
    draw.ellipse(_box(0.61, 0.42, 0.765, 0.62), fill=_WALL_BOTTOM)
    draw.rounded_rectangle(body, radius=0.05 * _FULL, fill=_WHITE)
    _print(canvas, _box(0.3, 0.39, 0.62, 0.68))
    draw.ellipse(_box(0.26, 0.24, 0.66, 0.31), fill=_WHITE)
    draw.ellipse(_box(0.28, 0.25, 0.64, 0.302), fill=(92, 62, 46))


def _postcards(canvas: Image.Image) -> None:
    _table(canvas, 0.0)
    for turn, at in ((-14, (0.07, 0.2)), (9, (0.23, 0.36)), (-3, (0.16, 0.29))):
        card = Image.new("RGBA", (round(0.66 * _FULL), round(0.46 * _FULL)), (*_WHITE, 255))
        edge = round(0.02 * _FULL)
        card.paste(_landscape(card.width - 2 * edge, card.height - 2 * edge), (edge, edge))
        turned = card.rotate(turn, Image.Resampling.BICUBIC, expand=True)
        place = (round(at[0] * _FULL), round(at[1] * _FULL))
        shade = turned.getchannel("A").filter(ImageFilter.GaussianBlur(16)).point(lambda alpha: alpha * 0.3)
        canvas.paste((60, 48, 36), (place[0] + 8, place[1] + 18), shade)
        canvas.paste(turned, place, turned)


def _tote(canvas: Image.Image) -> None:
    draw = ImageDraw.Draw(canvas)
    for inset in (0.0, 0.018):
        shade = _between(_COTTON, (120, 100, 70), 0.35 - inset * 10)
        draw.arc(_box(0.37 + inset, 0.07 + inset, 0.63 - inset, 0.6), 180, 360, fill=shade, width=44)
    bag = _box(0.24, 0.32, 0.76, 0.88)
    _shadow(canvas, bag)
    draw.rounded_rectangle(bag, radius=0.015 * _FULL, fill=_COTTON)
    draw.line((*_box(0.25, 0.35, 0.75, 0.35),), fill=_between(_COTTON, (120, 100, 70), 0.25), width=4)
    _print(canvas, _box(0.34, 0.43, 0.66, 0.77))


def _shirt(canvas: Image.Image) -> None:
    outline = (
        *((0.36, 0.17), (0.43, 0.22), (0.57, 0.22), (0.64, 0.17), (0.86, 0.29), (0.79, 0.45), (0.7, 0.4)),
        *((0.7, 0.88), (0.3, 0.88), (0.3, 0.4), (0.21, 0.45), (0.14, 0.29)),
    )
    _shadow(canvas, _box(0.3, 0.3, 0.7, 0.88))
    draw = ImageDraw.Draw(canvas)
    draw.polygon([(x * _FULL, y * _FULL) for x, y in outline], fill=_WHITE)
    seam = _between(_WHITE, (120, 112, 100), 0.25)
    draw.arc(_box(0.41, 0.12, 0.59, 0.25), 15, 165, fill=seam, width=10)
    for x, y in ((0.3, 0.4), (0.7, 0.4)):
        draw.line((*_box(x, y, x, 0.55),), fill=seam, width=4)
    _print(canvas, _box(0.39, 0.36, 0.61, 0.64))


def _table(canvas: Image.Image, top: float) -> None:
    """A table top from a height downwards."""
    canvas.paste(
        _gradient((_FULL, round((1 - top) * _FULL) + 1), (205, 184, 158), (186, 162, 134)), (0, round(top * _FULL))
    )


_DRAWINGS: Final[Mapping[str, Callable[[Image.Image], None]]] = {
    "framed": _framed,
    "print": _print_sheet,
    "poster": _poster,
    "canvas": _canvas,
    "mug": _mug,
    "postcards": _postcards,
    "tote": _tote,
    "shirt": _shirt,
}
