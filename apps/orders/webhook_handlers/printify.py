"""Printify's events. What has no event of its own (cancelled, failed) comes as an update with a status."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from apps.orders import progress
from apps.orders.log import log_event
from apps.orders.models import Order, Product
from apps.orders.providers.reports import read_parcels, read_time, text
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import NotYet, handles

# A message about a print order that isn't ours after so many attempts is about one that was made elsewhere.
ATTEMPTS_TO_FIND_AN_ORDER: Final = 3


@handles("printify", "order:created", "order:updated")
def print_order_updated(delivery: WebhookDelivery) -> bool:
    order, data, at = _printify(delivery)
    if order:
        progress.apply_status(order, text(data.get("status")), at=at)
    return order is not None


@handles("printify", "order:sent-to-production")
def print_order_in_production(delivery: WebhookDelivery) -> bool:
    order, _, at = _printify(delivery)
    if order:
        progress.apply_status(order, "in-production", at=at)
    return order is not None


@handles("printify", "order:shipment:created")
def parcel_shipped(delivery: WebhookDelivery) -> bool:
    order, data, at = _printify(delivery)
    if order is None:
        return False
    for parcel in read_parcels(data):
        progress.apply_shipment(order, parcel, at=at)
    return True


@handles("printify", "order:shipment:delivered")
def parcel_delivered(delivery: WebhookDelivery) -> bool:
    order, data, at = _printify(delivery)
    if order is None:
        return False
    for parcel in read_parcels(data):
        progress.apply_delivery(order, parcel, at=at)
    return True


@handles("printify", "product:deleted")
def product_deleted(delivery: WebhookDelivery) -> bool:
    """Archived: old orders name it. The next sync would find out as well."""
    resource = _mapping(delivery.message()["resource"])
    gone = Product.objects.filter(provider="printify", provider_id=text(resource.get("id")), archived_at=None)
    gone.update(archived_at=delivery.received_at)
    return True


@handles("printify", "shop:disconnected")
def shop_disconnected(delivery: WebhookDelivery) -> bool:
    log_event(
        "provider.disconnected",
        payload={"provider": "printify"},
        occurred_at=read_time(delivery.message().get("created_at")),
        source_key=f"webhook:{delivery.pk}:provider.disconnected",
    )
    return True


class PrintifyMessage(NamedTuple):
    """The provider's id of the order that a message is about, what it says, and when that was."""

    provider_id: str
    data: Mapping[str, Any]
    at: datetime


def read_message(delivery: WebhookDelivery) -> PrintifyMessage:
    """A message about an order. Raises LookupError or ValueError where it isn't one."""
    message = delivery.message()
    resource = _mapping(message["resource"])
    at = read_time(message.get("created_at")) or delivery.received_at
    return PrintifyMessage(text(resource["id"]), _mapping(resource.get("data")), at)


def _printify(delivery: WebhookDelivery) -> tuple[Order | None, Mapping[str, Any], datetime]:
    """The order that the message is about, what it says, and when that was.

    A message can be faster than our own note of the provider's id. An order that stays unknown wasn't made by us.
    """
    provider_id, data, at = read_message(delivery)
    order = Order.objects.filter(printify_id=provider_id).first() if provider_id else None
    if order is None and delivery.attempts < ATTEMPTS_TO_FIND_AN_ORDER:
        raise NotYet(f"no order {provider_id} at the provider")
    return order, data, at


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
