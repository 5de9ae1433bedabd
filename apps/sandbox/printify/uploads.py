"""Pictures that a shop gives to the print provider, to be printed."""

from base64 import b64decode
from io import BytesIO
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from PIL import Image, UnidentifiedImageError

from apps.common.access import public
from apps.sandbox import faults
from apps.sandbox.addresses import page
from apps.sandbox.identifiers import printify_id
from apps.sandbox.models import PrintifyUpload
from apps.sandbox.printify.errors import BareAnswer, PrintifyError, not_found
from apps.sandbox.printify.shapes import Body, moment_text

_TYPES: Final = {"PNG": "image/png", "JPEG": "image/jpeg"}


def upload(given: Body) -> Body:
    """``POST /v1/uploads/images.json`` with the contents in base64. Raises PrintifyError."""
    if faults.strikes(faults.UPLOAD_BREAKS):
        raise BareAnswer(503)
    if not isinstance(given.get("file_name"), str) or not isinstance(given.get("contents"), str):
        raise PrintifyError("The file name and contents fields are required.")
    contents, kind, size = _picture(given["contents"])
    made = PrintifyUpload.objects.create(
        id=printify_id(),
        file_name=given["file_name"][:200],
        contents=contents,
        mime_type=kind,
        width=size[0],
        height=size[1],
        uploaded_at=timezone.now(),
    )
    return shown(made)


def find(id: str) -> PrintifyUpload:
    """A picture. Raises PrintifyError where there is none."""
    found: PrintifyUpload | None = PrintifyUpload.objects.filter(pk=id).first()
    if found is None:
        raise not_found()
    return found


def at(address: str) -> PrintifyUpload | None:
    """The picture at an address of the provider's; the real one would fetch any, this one only its own."""
    id = address.rsplit("/", 1)[-1].removesuffix(".image")
    found: PrintifyUpload | None = PrintifyUpload.objects.filter(pk=id).first()
    return found if found and shown(found)["preview_url"] == address else None


def shown(picture: PrintifyUpload) -> Body:
    """A picture as the API gives it."""
    return {
        "id": picture.id,
        "file_name": picture.file_name,
        "height": picture.height,
        "width": picture.width,
        "size": len(picture.contents),
        "mime_type": picture.mime_type,
        "preview_url": page("printify-upload", picture.id),
        "upload_time": moment_text(picture.uploaded_at),
    }


def printed_for(order_id: str) -> list[Body]:
    """The pictures of an order."""
    return [shown(picture) for picture in PrintifyUpload.objects.filter(order_id=order_id).order_by("uploaded_at")]


@public
@require_safe
def picture(request: HttpRequest, id: str) -> HttpResponse:
    """What was uploaded, at the address that the API gave for it."""
    found = PrintifyUpload.objects.filter(pk=id).first()
    if found is None:
        raise Http404
    return HttpResponse(bytes(found.contents), content_type=found.mime_type)


def _picture(text: str) -> tuple[bytes, str, tuple[int, int]]:
    try:
        contents = b64decode(text, validate=True)
        with Image.open(BytesIO(contents)) as image:
            return contents, _TYPES[image.format or ""], image.size
    except (ValueError, KeyError, UnidentifiedImageError):
        raise PrintifyError("The contents aren't a picture in PNG or JPEG.") from None
