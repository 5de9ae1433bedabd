"""Orders at the print provider: taken as drafts, sent to production, and from then on advancing by themselves."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from apps.sandbox import appointments, faults
from apps.sandbox.identifiers import printify_id
from apps.sandbox.models import PrintifyOrder, PrintifyUpload
from apps.sandbox.printify import catalogue, shapes, uploads, webhooks
from apps.sandbox.printify.errors import NOT_READY, BareAnswer, PrintifyError, not_found
from apps.sandbox.printify.shapes import NEVER, Body, moment_text

ADVANCE: Final = "printify.advance"
# The sandbox's seconds that an order rests before each step.
BEFORE_PRODUCTION_S: Final = 5.0
BEFORE_UNKNOWN_S: Final = 5.0
BEFORE_SHIPMENT_S: Final = 20.0
BEFORE_DELIVERY_S: Final = 25.0
CANCELABLE: Final = ("pending", "on-hold", "payment-not-received")
UNDOCUMENTED: Final = "awaiting-moon-phase"
TRACKING: Final = "https://www.dhl.com/track?number={number}"
_ADDRESS: Final = ("first_name", "last_name", "email", "country", "address1", "city", "zip")


def create(given: Body) -> Body:
    """``POST …/orders.json``: a draft. Raises PrintifyError, and BareAnswer where a fault was prepared."""
    if faults.strikes(faults.SUBMISSION_BREAKS):
        raise BareAnswer(503)
    _check(given)
    country = given["address_to"]["country"]
    pictures = [picture for each in given["line_items"] for picture in _pictures(each)]
    lines = [_line(each, country) for each in given["line_items"]]
    if faults.strikes(faults.SUBMISSION_REFUSED):
        raise PrintifyError(f"Insufficient stock for {lines[0]['metadata']['variant_label']}.")
    id = printify_id()
    shop_id, now = int(settings.PRINTIFY_SHOP_ID), timezone.now()
    body = shapes.order_json(id=id, given=given, lines=lines, shop_id=shop_id, now=now)
    PrintifyOrder.objects.create(id=id, status=body["status"], body=body, refusals_left=1)
    PrintifyUpload.objects.filter(pk__in=[picture.pk for picture in pictures]).update(order_id=id)
    webhooks.tell("order:created", kind="order", subject=id, told={"status": body["status"]})
    return body


def send_to_production(id: str) -> Body:
    """``POST …/send_to_production.json``: right after creation the order isn't ready for it."""
    order = find(id)
    if order.status not in {"pending", "on-hold"}:
        raise PrintifyError(f"The order is {order.status} and can't be sent to production.")
    if faults.strikes(faults.NOT_READY):
        raise _not_ready()
    if order.refusals_left:
        # Noted although the answer is an error: the caller commits.
        PrintifyOrder.objects.filter(pk=order.pk).update(refusals_left=order.refusals_left - 1)
        raise _not_ready()
    _move(order, "sending-to-production")
    appointments.appoint(ADVANCE, id, after_s=BEFORE_PRODUCTION_S)
    return dict(order.body)


def cancel(id: str) -> Body:
    """``POST …/cancel.json``: only before anything was made."""
    order = find(id)
    if order.status not in CANCELABLE:
        raise PrintifyError(f"The order is {order.status} and can't be canceled.")
    _move(order, "canceled")
    return dict(order.body)


def find(id: str) -> PrintifyOrder:
    """The order; nobody else changes it until the transaction ends."""
    order = PrintifyOrder.objects.select_for_update().filter(id=id).first()
    if order is None:
        raise not_found()
    return order


def listed(*, page: int, limit: int, status: str) -> Body:
    """``GET …/orders.json``."""
    rows = PrintifyOrder.objects.newest_first()
    rows = rows.filter(status=status) if status else rows
    bodies = rows.values_list("body", flat=True)[(page - 1) * limit : page * limit]
    path = f"/v1/shops/{settings.PRINTIFY_SHOP_ID}/orders.json"
    return shapes.page_json(path, bodies, page=page, limit=limit, total=rows.count())


def advance(id: str) -> None:
    """The next step of an order; nothing where there is none."""
    order = find(id)
    appointments.cancel(ADVANCE, id)
    step = _STEPS.get(order.status)
    if step and not _is_delivered(order.body):
        step(order)


def put(id: str, status: str) -> None:
    """Any status, documented or not, and no step after it."""
    order = find(id)
    appointments.cancel(ADVANCE, id)
    _move(order, status)


def can_advance(order: PrintifyOrder) -> bool:
    """Whether a step is left."""
    return order.status in _STEPS and not _is_delivered(order.body)


def _start(order: PrintifyOrder) -> None:
    _move(order, "sending-to-production")
    appointments.appoint(ADVANCE, order.id, after_s=BEFORE_PRODUCTION_S)


def _produce(order: PrintifyOrder) -> None:
    if faults.strikes(faults.UNKNOWN_STATUS):
        _move(order, UNDOCUMENTED)
        appointments.appoint(ADVANCE, order.id, after_s=BEFORE_UNKNOWN_S)
        return
    now = moment_text(timezone.now())
    _move(order, "in-production", sent_to_production_at=now, each_line={"sent_to_production_at": now})
    webhooks.tell("order:sent-to-production", kind="order", subject=order.id, told={})
    if faults.strikes(faults.ORDER_HAS_ISSUES):
        _move(order, "has-issues")
    else:
        appointments.appoint(ADVANCE, order.id, after_s=BEFORE_SHIPMENT_S)


def _ship(order: PrintifyOrder) -> None:
    now, number = moment_text(timezone.now()), f"1Z999AA1{order.number:010d}"
    url = TRACKING.format(number=number)
    shipment = {"carrier": "dhl", "number": number, "url": url, "delivered_at": NEVER}
    _move(order, "fulfilled", fulfilled_at=now, shipments=[shipment], each_line={"fulfilled_at": now})
    carrier = {"code": "DHL", "tracking_number": number, "tracking_url": url}
    told = {"shipped_at": now, "carrier": carrier, "skus": _skus(order)}
    webhooks.tell("order:shipment:created", kind="order", subject=order.id, told=told)
    if faults.strikes(faults.DELIVERY_STALLS):
        PrintifyOrder.objects.filter(pk=order.pk).update(is_stalled=True)
    else:
        appointments.appoint(ADVANCE, order.id, after_s=BEFORE_DELIVERY_S)


def _deliver(order: PrintifyOrder) -> None:
    now = moment_text(timezone.now())
    (shipment,) = order.body["shipments"]
    _save(order, shipments=[shipment | {"delivered_at": now}])
    carrier = {"code": "DHL", "tracking_number": shipment["number"], "tracking_url": shipment["url"]}
    told = {"delivered_at": now, "carrier": carrier, "skus": _skus(order)}
    webhooks.tell("order:shipment:delivered", kind="order", subject=order.id, told=told)


_STEPS: Final[Mapping[str, Callable[[PrintifyOrder], None]]] = {
    "pending": _start,
    "on-hold": _start,
    "sending-to-production": _produce,
    UNDOCUMENTED: _produce,
    "in-production": _ship,
    "has-issues": _ship,
    "fulfilled": _deliver,
}


def _move(order: PrintifyOrder, status: str, *, each_line: Body | None = None, **changes: Any) -> None:
    lines = [line | {"status": status} | (each_line or {}) for line in order.body["line_items"]]
    order.status = status
    _save(order, status=status, line_items=lines, **changes)
    webhooks.tell("order:updated", kind="order", subject=order.id, told={"status": status})


def _save(order: PrintifyOrder, **changes: Any) -> None:
    order.body |= changes
    order.is_stalled = False
    order.save(update_fields=["status", "body", "is_stalled"])


def _is_delivered(body: Body) -> bool:
    return any(shipment["delivered_at"] != NEVER for shipment in body["shipments"])


def _skus(order: PrintifyOrder) -> list[str]:
    return [line["metadata"]["sku"] for line in order.body["line_items"]]


def _not_ready() -> PrintifyError:
    return PrintifyError("The order is still being processed. Try again in a moment.", code=NOT_READY)


def _check(given: Body) -> None:
    if not isinstance(given.get("external_id"), str) or not given["external_id"]:
        raise PrintifyError("The external id field is required.")
    if not isinstance(given.get("line_items"), list) or not given["line_items"]:
        raise PrintifyError("The line items field is required.")
    address = given.get("address_to")
    absent = [name for name in _ADDRESS if not (isinstance(address, dict) and address.get(name))]
    if absent:
        raise PrintifyError(f"The address to.{absent[0]} field is required.")


def _line(given: Body, country: str) -> Body:
    try:
        number, quantity = int(given["variant_id"]), int(given["quantity"])
        is_blank = "blueprint_id" in given
        found = _blank(given, number) if is_blank else catalogue.find(str(given["product_id"]), number)
    except (KeyError, TypeError, ValueError):
        raise PrintifyError("Each line item needs product_id, variant_id and quantity.") from None
    if found is None or quantity < 1:
        raise PrintifyError(f"There is no variant {number} of that.")
    product, variant = found
    if not variant.is_available:
        raise PrintifyError(f"Insufficient stock for {variant.title}.")
    line = shapes.line_json(product, variant, quantity=quantity, country=country)
    # A product is made of the blank and its pictures, for this line alone.
    return line | {"product_id": printify_id()} if is_blank else line


def _blank(given: Body, number: int) -> tuple[catalogue.Product, catalogue.Variant] | None:
    if int(given["print_provider_id"]) != catalogue.PRINT_PROVIDER:
        return None
    return catalogue.find_blank(int(given["blueprint_id"]), number)


def _pictures(line: Any) -> list[PrintifyUpload]:
    """What is printed on a blank: at each place an address, or several with their positions."""
    if not isinstance(line, dict) or "blueprint_id" not in line:
        return []
    areas = line.get("print_areas")
    if not isinstance(areas, dict) or not areas:
        raise PrintifyError("The print areas field is required.")
    found = [uploads.at(address) for place in areas.values() for address in _addresses(place)]
    if not found or None in found:
        raise PrintifyError("A picture of the print areas can't be loaded.")
    return [picture for picture in found if picture]


def _addresses(place: Any) -> list[str]:
    pictures = place if isinstance(place, list) else [{"src": place}]
    return [str(picture.get("src") or "") if isinstance(picture, dict) else "" for picture in pictures]
