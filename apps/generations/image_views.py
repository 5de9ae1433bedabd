"""Images for their owner's eyes."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import UserRequest
from apps.common.access import owner
from apps.common.pages import render_page
from apps.generations import pictures
from apps.generations.downloads import note_download
from apps.generations.models import GenerationImage
from apps.generations.pictures import ImageGone


@owner
@require_safe
def thumbnail(request: UserRequest, job_id: UUID, position: int = 1) -> HttpResponseBase:
    """An image made small, the first where none is named."""
    found = _image(request, job_id, position)
    try:
        return pictures.thumbnail(request, found)
    except ImageGone:
        return _gone(request, found)


@owner
@require_safe
def image(request: UserRequest, job_id: UUID, position: int) -> HttpResponseBase:
    """An image as it was made."""
    found = _image(request, job_id, position)
    try:
        return pictures.full_picture(request, found)
    except ImageGone:
        return _gone(request, found)


@owner
@require_POST
def download(request: UserRequest, job_id: UUID, position: int) -> HttpResponseBase:
    """The image as a file; that it was taken is written down."""
    found = _image(request, job_id, position)
    try:
        response = pictures.full_picture(request, found, as_attachment=True)
    except ImageGone:
        return _gone(request, found)
    note_download(user=request.user, image=found)
    return response


def _image(request: UserRequest, job_id: UUID, position: int) -> GenerationImage:
    images = request.user.generation_images.select_related("job")
    return get_object_or_404(images, job_id=job_id, position=position)


def _gone(request: UserRequest, image: GenerationImage) -> HttpResponse:
    """Says that the file was removed."""
    return render_page(request, "generations/gone.html", {"job_id": image.job_id}, status=410)
