"""The doors of the mail provider's API: one mail, or a batch."""

from collections.abc import Callable
from datetime import UTC
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.common.access import by_operation
from apps.sandbox.bodies import read_json
from apps.sandbox.mail import box
from apps.sandbox.models import Mail


def _for_servers(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    @wraps(view)
    @transaction.atomic
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            token = request.headers.get("X-Postmark-Server-Token", "")
            if not constant_time_compare(token, settings.SANDBOX_MAIL["POSTMARK_SERVER_TOKEN"]):
                raise box.Refused(401, 10, "The Server Token you provided in the request header was invalid.")
            return view(request)
        except box.Refused as refused:
            return JsonResponse(refused.body, status=refused.status)

    return csrf_exempt(by_operation(guarded))


@_for_servers
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """``POST /email``."""
    return JsonResponse(_answer(box.accept(_json(request))))


@_for_servers
@require_POST
def send_batch(request: HttpRequest) -> HttpResponse:
    """``POST /email/batch``: each mail is taken or refused by itself."""
    given = _json(request)
    if not isinstance(given, list):
        raise box.Refused(422, 402, "Received invalid JSON input.")
    return JsonResponse([_answer_of_one(each) for each in given], safe=False)


def _answer_of_one(given: Any) -> dict[str, Any]:
    try:
        return _answer(box.accept(given))
    except box.Refused as refused:
        return refused.body


def _answer(mail: Mail) -> dict[str, Any]:
    return {
        "To": mail.recipient,
        "SubmittedAt": f"{mail.received_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0+00:00",
        "MessageID": str(mail.pk),
        "ErrorCode": 0,
        "Message": "OK",
    }


def _json(request: HttpRequest) -> Any:
    try:
        return read_json(request.body)
    except ValueError:
        raise box.Refused(422, 402, "Received invalid JSON input.") from None
