"""The doors for providers: read, check, store, answer. What a message means is for a worker to find out."""

from collections.abc import Callable

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.common.access import public
from apps.common.limits import Limit, network_of
from apps.webhooks import email, inbox
from apps.webhooks.inbox import MAX_BODY_BYTES, BadSignature, Source
from apps.webhooks.printify import Printify
from apps.webhooks.stripe import Stripe

log = structlog.get_logger(__name__)

BAD_SIGNATURES = Limit("webhook-signature", times=30, seconds=60)


@csrf_exempt
@public
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """``/webhooks/stripe/``"""
    return _receive(Stripe(), request)


@csrf_exempt
@public
@require_POST
def printify(request: HttpRequest) -> HttpResponse:
    """``/webhooks/printify/``"""
    return _receive(Printify(), request)


@csrf_exempt
@public
@require_POST
def mail(request: HttpRequest, esp: str) -> HttpResponse:
    """``/webhooks/email/<mail provider>/``"""
    if _is_too_large(request):
        return _said(413)
    try:
        return _answered(request, lambda: email.receive(esp, request))
    except email.UnknownProvider:
        raise Http404 from None


def _receive(source: Source, request: HttpRequest) -> HttpResponse:
    if _is_too_large(request):
        return _said(413)
    return _answered(request, lambda: inbox.receive(source, request.body, request.headers))


def _answered(request: HttpRequest, take_in: Callable[[], object]) -> HttpResponse:
    """200 as soon as the message is stored; 400 for one that nobody signed, and 429 for too many of those."""
    try:
        take_in()
    except BadSignature as reason:
        log.warning("webhook refused", path=request.path, reason=str(reason))
        # Counted after the check, so that whoever floods us never keeps the provider out.
        return _said(400 if BAD_SIGNATURES.count(network_of(request.META.get("REMOTE_ADDR", ""))) else 429)
    return _said(200)


def _is_too_large(request: HttpRequest) -> bool:
    """Known before a byte of the body is read."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES


def _said(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain")
