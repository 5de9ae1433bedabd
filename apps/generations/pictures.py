"""How an image is sent to those who may see it: its owner's pages and programs, and the staff."""

from pathlib import PurePath

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.common.private_files import private_file
from apps.generations.models import GenerationImage

THUMBNAIL_TYPE = "image/webp"


class ImageGone(Exception):
    """The image's file is no longer kept."""


def full_picture(request: HttpRequest, image: GenerationImage, *, as_attachment: bool = False) -> HttpResponseBase:
    """The image as the provider made it. Raises ImageGone."""
    return _sent(request, image, is_thumbnail=False, as_attachment=as_attachment)


def thumbnail(request: HttpRequest, image: GenerationImage) -> HttpResponseBase:
    """The image made small. Raises ImageGone."""
    return _sent(request, image, is_thumbnail=True, as_attachment=False)


def _sent(request: HttpRequest, image: GenerationImage, *, is_thumbnail: bool, as_attachment: bool) -> HttpResponseBase:
    if image.job.pruned_at:
        raise ImageGone
    stored = image.thumbnail if is_thumbnail else image.file
    size = "-small" if is_thumbnail else ""
    try:
        return private_file(
            request,
            stored,
            media_type=THUMBNAIL_TYPE if is_thumbnail else image.media_type,
            name=f"{image.job_id}-{image.position}{size}{PurePath(stored.name or '').suffix}",
            etag=f"{image.pk}{size}",
            as_attachment=as_attachment,
        )
    except FileNotFoundError:  # pruning removes the file before it marks the job
        raise ImageGone from None
