"""The doors of the print provider's API."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from apps.common.access import by_operation
from apps.sandbox import faults
from apps.sandbox.bodies import read_json
from apps.sandbox.printify import catalogue, orders, shapes, uploads, webhooks
from apps.sandbox.printify.errors import BareAnswer, PrintifyError, not_found
from apps.sandbox.printify.shapes import Body

# Few enough that the catalogue has two pages.
PRODUCTS_A_PAGE: Final = 5
MOST_PRODUCTS_A_PAGE: Final = 50
ORDERS_A_PAGE: Final = 10
MOST_ORDERS_A_PAGE: Final = 50


# What is done for one method of an address: takes the request, then the id in the address.
Action = Callable[..., Any]


def endpoint(**actions: Action) -> Callable[..., HttpResponse]:
    """The view of one address, most of them within the shop: ``endpoint(GET=…)``. Every call must show the token."""

    @csrf_exempt
    @by_operation
    @transaction.atomic
    def view(request: HttpRequest, shop_id: int | None = None, **ids: str) -> HttpResponse:
        # A refusal is an answer: what it wrote stays, above all that it was given.
        try:
            _check(request, shop_id or int(settings.PRINTIFY_SHOP_ID))
            action = actions.get(request.method or "")
            if action is None:
                raise PrintifyError("Method not allowed.", status=405, code=405)
            return JsonResponse(action(request, *ids.values()), safe=False)
        except PrintifyError as error:
            return JsonResponse(error.body, status=error.status)
        except BareAnswer as bare:
            return HttpResponse(bare.text, status=bare.status, content_type="text/plain")

    return view


def list_products(request: HttpRequest) -> Body:
    """``GET …/products.json``."""
    if faults.strikes(faults.SYNC_FAILS):
        raise BareAnswer(429, "Too Many Attempts.")
    page = _number(request, "page", 1)
    limit = min(_number(request, "limit", PRODUCTS_A_PAGE), MOST_PRODUCTS_A_PAGE)
    products = catalogue.on_offer()
    shown = products[(page - 1) * limit : page * limit]
    bodies = [catalogue.product_json(product, shop_id=int(settings.PRINTIFY_SHOP_ID)) for product in shown]
    path = f"/v1/shops/{settings.PRINTIFY_SHOP_ID}/products.json"
    return shapes.page_json(path, bodies, page=page, limit=limit, total=len(products))


def get_product(request: HttpRequest, id: str) -> Body:
    """``GET …/products/<id>.json``."""
    for product in catalogue.on_offer():
        if product.id == id:
            return catalogue.product_json(product, shop_id=int(settings.PRINTIFY_SHOP_ID))
    raise not_found()


def upload_image(request: HttpRequest) -> Body:
    """``POST /v1/uploads/images.json``."""
    return uploads.upload(_read(request.read()))  # past the limit on forms, which a picture may well be


def get_image(request: HttpRequest, id: str) -> Body:
    """``GET /v1/uploads/<id>.json``."""
    return uploads.shown(uploads.find(id))


def list_orders(request: HttpRequest) -> Body:
    """``GET …/orders.json``."""
    page, limit = _number(request, "page", 1), min(_number(request, "limit", ORDERS_A_PAGE), MOST_ORDERS_A_PAGE)
    return orders.listed(page=page, limit=limit, status=request.GET.get("status", ""))


def create_order(request: HttpRequest) -> Body:
    """``POST …/orders.json`` answers the id alone."""
    return {"id": orders.create(_json(request))["id"]}


def get_order(request: HttpRequest, id: str) -> Body:
    """``GET …/orders/<id>.json``."""
    return dict(orders.find(id).body)


def send_to_production(request: HttpRequest, id: str) -> Body:
    """``POST …/orders/<id>/send_to_production.json``."""
    return orders.send_to_production(id)


def cancel_order(request: HttpRequest, id: str) -> Body:
    """``POST …/orders/<id>/cancel.json``."""
    return orders.cancel(id)


def list_webhooks(request: HttpRequest) -> list[Body]:
    """``GET …/webhooks.json``."""
    return webhooks.registered()


def create_webhook(request: HttpRequest) -> Body:
    """``POST …/webhooks.json``."""
    return webhooks.register(_json(request))


def change_webhook(request: HttpRequest, id: str) -> Body:
    """``PUT …/webhooks/<id>.json``."""
    return webhooks.change(id, _json(request))


def remove_webhook(request: HttpRequest, id: str) -> Body:
    """``DELETE …/webhooks/<id>.json``."""
    return webhooks.remove(id)


@csrf_exempt
@by_operation
def list_shops(request: HttpRequest) -> HttpResponse:
    """``GET /v1/shops.json``: the one shop that there is."""
    try:
        _check(request, int(settings.PRINTIFY_SHOP_ID))
    except PrintifyError as error:
        return JsonResponse(error.body, status=error.status)
    shop = {"id": int(settings.PRINTIFY_SHOP_ID), "title": "Activity sandbox", "sales_channel": "custom_integration"}
    return JsonResponse([shop], safe=False)


def _check(request: HttpRequest, shop_id: int) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not constant_time_compare(token, settings.PRINTIFY_API_TOKEN):
        raise PrintifyError("Unauthenticated.", status=401, code=401)
    if not request.headers.get("User-Agent"):
        raise PrintifyError("The User-Agent header is required.", status=403, code=403)
    if str(shop_id) != settings.PRINTIFY_SHOP_ID:
        raise not_found()


def _json(request: HttpRequest) -> Body:
    return _read(request.body)


def _read(body: bytes) -> Body:
    try:
        given = read_json(body)
    except ValueError:
        raise PrintifyError("The body isn't JSON.") from None
    if not isinstance(given, dict):
        raise PrintifyError("The body must be an object.")
    return given


def _number(request: HttpRequest, name: str, default: int) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and int(value) else default
