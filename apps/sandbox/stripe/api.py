"""The doors of the payments API: who asks, what is asked for, one call, one answer."""

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from apps.common.access import by_operation
from apps.sandbox import faults
from apps.sandbox.identifiers import stripe_id
from apps.sandbox.stripe import parameters as read
from apps.sandbox.stripe import store
from apps.sandbox.stripe.errors import API_VERSION, StripeError
from apps.sandbox.stripe.idempotency import answered_once
from apps.sandbox.stripe.parameters import Parameters
from apps.sandbox.stripe.store import Body

MOST_EXPANSIONS: Final = 20


# What is done for one method of an address: takes the parameters, then the ids of the address.
Action = Callable[..., Body]


def endpoint(**actions: Action) -> Callable[..., HttpResponse]:
    """The view of one address: ``endpoint(GET=…, POST=…)``. Every call must show the secret key."""

    @csrf_exempt
    @by_operation
    @transaction.atomic
    def view(request: HttpRequest, **ids: str) -> HttpResponse:
        # A refusal is an answer: what it wrote stays, above all that a fault has struck.
        try:
            _check_key(request)
            return _answer(request, _action(actions, request), tuple(ids.values()))
        except StripeError as error:
            return _response({"error": error.error}, status=error.status)

    return view


def retrieving(kind: str) -> Action:
    """``GET`` of one object."""
    return lambda given, found: store.find(kind, found)


def listing(kind: str, url: str, *fields: str) -> Action:
    """``GET`` of many, narrowed by these fields."""

    def page(given: Parameters) -> Body:
        read.only(given, "limit", "starting_after", "ending_before", "created", "types", *fields)
        return store.listed(kind, url, given, fields)

    return page


@csrf_exempt
@by_operation
def unknown(request: HttpRequest, path: str) -> HttpResponse:
    """What the stand-in doesn't have."""
    message = f"Unrecognized request URL ({request.method}: /v1/{path}). The sandbox has only what a shop calls."
    return _response({"error": {"message": message, "type": "invalid_request_error"}}, status=404)


def _check_key(request: HttpRequest) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not constant_time_compare(key, settings.STRIPE_SECRET_KEY):
        raise StripeError("Invalid API Key provided.", status=401)
    if faults.strikes(faults.CHECKOUT_DOWN):
        raise StripeError("The sandbox was asked to fail here.", status=500, type="api_error")


def _action(actions: dict[str, Action], request: HttpRequest) -> Action:
    action = actions.get(request.method or "")
    if action is None:
        raise StripeError(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)
    return action


def _answer(request: HttpRequest, action: Action, ids: tuple[str, ...]) -> HttpResponse:
    given = read.decode(_pairs(request))
    key = request.headers.get("Idempotency-Key", "")
    if request.method == "POST" and key:
        asked = f"{request.path}\n".encode() + request.body
        body, is_replayed = answered_once(key, asked, lambda: action(given, *ids))
    else:
        body, is_replayed = action(given, *ids), False
    response = _response(_presented(body, [str(path) for path in read.items(given, "expand")]))
    if is_replayed:
        response["Idempotent-Replayed"] = "true"
    if key:
        response["Idempotency-Key"] = key
    return response


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        query = request.body.decode() if request.method == "POST" else request.META.get("QUERY_STRING", "")
    except UnicodeDecodeError:
        raise StripeError("Invalid request: the body isn't UTF-8.") from None
    pairs = parse_qsl(query, keep_blank_values=True)
    if any("\0" in name + value for name, value in pairs):
        raise StripeError("Invalid request: a null character.")
    return pairs


def _presented(body: Body, expand: list[str]) -> Body:
    """Lists are expanded by paths that begin with ``data``."""
    if len(expand) > MOST_EXPANSIONS:
        raise StripeError("Too many properties to expand.", param="expand")
    if body.get("object") != "list":
        return store.presented(body, expand)
    within = [path.removeprefix("data.") for path in expand if path.startswith("data.")]
    return body | {"data": [store.presented(each, within) for each in body["data"]]}


def _response(body: dict[str, Any], *, status: int = 200) -> HttpResponse:
    text = json.dumps(body, indent=2, ensure_ascii=False)
    headers = {"Request-Id": stripe_id("req", 14), "Stripe-Version": API_VERSION}
    if status >= 500:
        headers["Stripe-Should-Retry"] = "false"  # a fault that the client mends by itself would show nothing
    return HttpResponse(text, content_type="application/json", status=status, headers=headers)
