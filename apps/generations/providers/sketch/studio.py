"""From a request to one drawn and encoded picture."""

from io import BytesIO

from apps.generations.providers.aspect_ratios import pixel_size
from apps.generations.providers.base import GeneratedImage, ImageRequest
from apps.generations.providers.sketch.canvas import Canvas
from apps.generations.providers.sketch.reading import read
from apps.generations.providers.sketch.texture import finish

_DETAIL_BY_QUALITY = {"standard": 1.0, "hq": 1.6}
_JPEG_QUALITY = 86


def draw(request: ImageRequest, index: int, *, scale: float) -> GeneratedImage:
    """Draw picture number `index` of a request: the same request, the same bytes.

    `scale` shrinks both sides. Raises KeyError for an unknown quality or aspect ratio.
    """
    canvas = _blank_canvas(request, index, scale)
    read(request.prompt, request.seed).scene.draw(canvas)
    finish(canvas)
    return GeneratedImage(_encoded(canvas), "image/jpeg", canvas.width, canvas.height)


def _blank_canvas(request: ImageRequest, index: int, scale: float) -> Canvas:
    width, height = pixel_size(request.aspect_ratio, request.quality)
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    palette = read(request.prompt, request.seed).palette
    # Quality is left out of the key on purpose: HQ is the same drawing, finer.
    key = "\n".join([request.prompt, request.aspect_ratio, str(request.seed), str(index)])
    return Canvas(size, palette, key, _DETAIL_BY_QUALITY[request.quality])


def _encoded(canvas: Canvas) -> bytes:
    file = BytesIO()
    canvas.image.save(file, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return file.getvalue()
