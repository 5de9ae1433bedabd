"""From a request to one drawn and encoded picture."""

from io import BytesIO

from apps.generations.providers.aspect_ratios import pixel_size
from apps.generations.providers.base import GeneratedImage, ImageRequest
from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.portrait import sitting
from apps.generations.providers.sketch.reading import Reading, read
from apps.generations.providers.sketch.texture import finish

_DETAIL_BY_QUALITY = {"standard": 1.0, "hq": 1.6}
_JPEG_QUALITY = 86


def draw(request: ImageRequest, index: int, *, scale: float) -> GeneratedImage:
    """Draw picture number `index` of a request: the same request, the same bytes.

    `scale` shrinks both sides. Raises KeyError for an unknown quality or aspect ratio.
    """
    reading = read(request.prompt, request.seed)
    canvas = _blank_canvas(request, index, reading, scale)
    _compose(canvas, reading)
    finish(canvas)
    return GeneratedImage(_encoded(canvas), "image/jpeg", canvas.width, canvas.height)


def _compose(canvas: Canvas, reading: Reading) -> None:
    if reading.place is not None:
        reading.place.draw(canvas)
    if reading.has_person:
        (sitting.soften if reading.place else sitting.plain_wall)(canvas)
        sitting.draw(canvas)


def _blank_canvas(request: ImageRequest, index: int, reading: Reading, scale: float) -> Canvas:
    width, height = pixel_size(request.aspect_ratio, request.quality)
    return Canvas(
        (max(32, round(width * scale)), max(32, round(height * scale))),
        reading.palette,
        # Quality is left out on purpose: HQ is the same drawing, finer.
        key="\n".join([request.prompt, request.aspect_ratio, str(request.seed), str(index)]),
        detail=_DETAIL_BY_QUALITY[request.quality],
        words=reading.words,
    )


def _encoded(canvas: Canvas) -> bytes:
    file = BytesIO()
    canvas.image.save(file, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return file.getvalue()
