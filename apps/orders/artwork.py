"""The files that are printed. Each is copied when the order is opened, so that it outlives the gallery's pruning."""

from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from typing import IO, Final

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from PIL import Image, UnidentifiedImageError

from apps.orders.models import Order, OrderLine
from apps.orders.states import Status

# What the print provider takes as it is.
PRINTABLE: Final = frozenset({".png", ".jpg", ".jpeg"})


class ArtworkGone(Exception):
    """The file of a picture that was to be printed isn't there any more."""


def keep_artwork(order: Order) -> None:
    """Copies what the order's lines print, where that wasn't done before. Raises ArtworkGone."""
    for line in order.lines.filter(image__isnull=False, artwork="").select_related("image"):
        _keep(line)


def printable(line: OrderLine) -> tuple[str, bytes]:
    """The name and the contents of a line's picture, as PNG or JPEG. Raises ArtworkGone."""
    stem, suffix = str(line.pk), PurePath(str(line.artwork)).suffix
    try:
        with line.artwork.open() as file:
            return (f"{stem}{suffix}", file.read()) if suffix in PRINTABLE else (f"{stem}.png", _as_png(file))
    except (FileNotFoundError, UnidentifiedImageError):
        raise ArtworkGone from None


def discard_unpaid(*, ended_before: datetime) -> int:
    """Removes the copies of orders whose payment page ended unpaid before then; returns how many files."""
    lines = _unpaid(ended_before)
    for line in lines:
        default_storage.delete(str(line.artwork))
        OrderLine.objects.filter(pk=line.pk).update(artwork="")
    return len(lines)


def _unpaid(ended_before: datetime) -> QuerySet[OrderLine]:
    return OrderLine.objects.exclude(artwork="").filter(
        order__status=Status.EXPIRED, order__expired_at__lt=ended_before
    )


def _keep(line: OrderLine) -> None:
    """By the id's last digits, which are random, so that no folder grows without end."""
    if line.image is None:
        return
    suffix = PurePath(str(line.image.file)).suffix
    name = f"artwork/{line.pk.hex[-2:]}/{line.pk}{suffix}"
    try:
        with line.image.file.open() as file:
            stored = default_storage.save(name, File(file))
    except FileNotFoundError:
        raise ArtworkGone from None
    if not OrderLine.objects.filter(pk=line.pk, artwork="").update(artwork=stored):
        default_storage.delete(stored)


def _as_png(file: IO[bytes]) -> bytes:
    with Image.open(file) as picture:
        png = BytesIO()
        picture.save(png, "PNG")
    return png.getvalue()
