"""Pictures that came from elsewhere: looked at before they are unpacked, and written anew before they are kept."""

import struct
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from apps.generations.providers.aspect_ratios import ASPECT_RATIOS
from apps.generations.providers.base import GeneratedImage, ProviderError

FORMATS = ("PNG", "WEBP", "JPEG")
MAX_PIXELS = 4096 * 4096  # twice what any provider's largest size has
JPEG_QUALITY = 92
# A cut this small would take away more than it sets right.
NEAR_ENOUGH = 0.02
# What Pillow raises for files that are damaged, cut short, or made to hurt.
_UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
# From how the camera was held to how the picture is turned.
_TURNS: Final[Mapping[object, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def unusable() -> ProviderError:
    """What came is no picture that we can take. Worth another try: the next one may be."""
    return ProviderError(_("The provider's answer wasn't an image."), "bad_image", permanent=False)


def opened(content: bytes) -> Image.Image:
    """The decoded picture. Its size is known before a pixel is unpacked, so a small file can't become a huge picture.

    Raises ProviderError.
    """
    try:
        picture = Image.open(BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise unusable()
        picture.load()
    except _UNREADABLE:
        raise unusable() from None
    return picture


def upright(content: bytes) -> Image.Image:
    """The decoded picture, the right way up. Raises ProviderError.

    Nothing else is read of what it says about itself: Pillow would write the rest anew, and break where it is damaged.
    """
    picture = opened(content)
    turn = _TURNS.get(_orientation(picture))
    return picture if turn is None else picture.transpose(turn)


def _orientation(picture: Image.Image) -> object:
    """How the camera was held; null where that can't be read."""
    try:
        return picture.getexif().get(ExifTags.Base.Orientation)
    except _UNREADABLE:
        return None


def taken_over(content: bytes, *, aspect_ratio: str) -> GeneratedImage:
    """The picture as a file of our own making, in the shape that was asked for.

    Only its pixels are taken: whatever else the file carried (where, by whom, a second picture, a script) stays behind.
    A provider that has only a few sizes is asked for the nearest one; what it has too much is cut off evenly.
    Raises ProviderError.
    """
    return _encoded(_cut(upright(content), aspect_ratio))


def _cut(picture: Image.Image, aspect_ratio: str) -> Image.Image:
    width, height = ASPECT_RATIOS[aspect_ratio]
    wanted, found = width / height, picture.width / picture.height
    if abs(wanted / found - 1) <= NEAR_ENOUGH:
        return picture
    size = (
        (round(picture.height * wanted), picture.height)
        if found > wanted
        else (picture.width, round(picture.width / wanted))
    )
    return ImageOps.fit(picture, size)


def _encoded(picture: Image.Image) -> GeneratedImage:
    """As PNG where something shines through, else as JPEG."""
    file, is_clear = BytesIO(), picture.has_transparency_data
    plain = Image.new("RGBA" if is_clear else "RGB", picture.size)
    plain.paste(picture.convert(plain.mode))
    if is_clear:
        plain.save(file, "PNG")
    else:
        plain.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return GeneratedImage(file.getvalue(), "image/png" if is_clear else "image/jpeg", *picture.size)
