"""Stored files for one person's eyes: sent once the view has let them in, and kept by nobody on the way.

A browser may keep one for an hour and then asks whether it has changed; it asks at once where someone else has signed
in. A part can be asked for (RFC 9110, section 14), so that a download that broke off goes on.
"""

import re
from typing import Final

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header

FRESH_SECONDS: Final = 3_600

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def private_file(
    request: HttpRequest, stored: FieldFile, *, media_type: str, name: str, etag: str, as_attachment: bool = False
) -> HttpResponseBase:
    """The file, the part of it that is asked for (206, or 416), or word that the browser has it already (304).

    ``etag`` is without quotes and stands for these very bytes. Raises FileNotFoundError where the storage hasn't got
    the file.
    """
    quoted = f'"{etag}"'
    response = get_conditional_response(request, etag=quoted) or _sent(request, stored, quoted, media_type)
    response["ETag"] = quoted
    response["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Content-Disposition"] = content_disposition_header(as_attachment, name) or "inline"
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


def _sent(request: HttpRequest, stored: FieldFile, etag: str, media_type: str) -> HttpResponseBase:
    file = stored.open()
    part = _part_asked_for(request, etag, stored.size)
    response = FileResponse(file, content_type=media_type) if part is None else _part(stored, part, media_type)
    response["Accept-Ranges"] = "bytes"
    return response


def _part_asked_for(request: HttpRequest, etag: str, size: int) -> range | None:
    """The bytes of a single range, none where it lies outside; null where the whole file is to be sent.

    Several ranges, other units, and what can't be read are ignored, as the standard allows.
    """
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or not asked or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = asked.groups()
    if first:
        is_range = not last or int(first) <= int(last)
        return range(int(first), min(int(last or size) + 1, size)) if is_range else None
    return range(max(size - int(last), 0), size) if last else None


def _part(stored: FieldFile, part: range, media_type: str) -> HttpResponse:
    with stored:
        if not part:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
        stored.seek(part.start)
        content = stored.read(len(part))
    where = f"bytes {part.start}-{part.stop - 1}/{stored.size}"
    return HttpResponse(content, media_type, 206, headers={"Content-Range": where})
