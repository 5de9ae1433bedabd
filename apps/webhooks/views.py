"""The doors for providers: read, check, store, answer. What a message means is for a worker to find out."""

from collections.abc import Callable

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.common.access import public
from apps.common.bodies import length_of_body
from apps.common.limits import Limit
from apps.common.metrics import WEBHOOKS_RECEIVED
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
    try:
        return _answered(request, email.PROVIDER, lambda: email.receive(esp, request))
    except email.UnknownProvider:
        raise Http404 from None


def _receive(source: Source, request: HttpRequest) -> HttpResponse:
    return _answered(request, source.name, lambda: inbox.receive(source, request.body, request.headers))


def _answered(request: HttpRequest, provider: str, take_in: Callable[[], object]) -> HttpResponse:
    """200 as soon as it is stored; 413 for one too large; 400 for one that nobody signed, 429 for too many of those."""
    if length_of_body(request) > MAX_BODY_BYTES:  # known before a byte of it is read
        WEBHOOKS_RECEIVED.labels(provider, "too_large").inc()
        return _said(413)
    try:
        take_in()
    except BadSignature as reason:
        WEBHOOKS_RECEIVED.labels(provider, "refused").inc()
        log.warning("webhook refused", path=request.path, reason=str(reason))
        # Counted after the check, so that whoever floods us never keeps the provider out.
        return _said(400 if BAD_SIGNATURES.count_request(request) else 429)
    return _said(200)


def _said(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain")
