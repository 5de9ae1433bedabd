"""Subscriptions: begun by a checkout, renewed and ended from the controls or by the shop."""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.sandbox.identifiers import stripe_id
from apps.sandbox.stripe import billing_shapes as billing
from apps.sandbox.stripe import catalogue, events, shapes, store
from apps.sandbox.stripe import parameters as read
from apps.sandbox.stripe.errors import StripeError
from apps.sandbox.stripe.parameters import Parameters
from apps.sandbox.stripe.store import Body


def start(session: Body, payer: Body) -> None:
    """The subscription that a checkout session is for, its first invoice paid; both are noted on the session."""
    customer = session["customer"] or _customer(session, payer)
    line = next(each for each in session["line_items"]["data"] if each["price"]["recurring"])
    starts = store.timestamp()
    subscription = store.add(
        billing.subscription(
            customer=customer,
            price=line["price"],
            quantity=line["quantity"],
            starts=starts,
            ends=_next(starts, line["price"]["recurring"]),
            **session["_subscription"],
        )
    )
    invoice = _bill(subscription, reason="subscription_create", email=payer["email"])
    _pay(subscription, invoice, payer)
    store.change(session, customer=customer, subscription=subscription["id"], invoice=invoice["id"])
    events.emit("customer.subscription.created", subscription)
    events.emit("invoice.paid", invoice)


def renew(id: str, *, is_paid: bool) -> Body:
    """The next period begins; its invoice is paid, or the card is refused and the subscription is past due."""
    subscription = store.find_locked("subscription", id)
    if subscription["status"] == "canceled":
        raise StripeError("This subscription is canceled.")
    before = _begin_next_period(subscription)
    customer = store.find("customer", subscription["customer"])
    invoice = _bill(subscription, reason="subscription_cycle", email=customer["email"])
    if is_paid:
        _pay(subscription, invoice, shapes.payer(email=customer["email"], name=customer["name"], address=None))
    else:
        store.change(invoice, attempted=True, attempt_count=1)
    before |= store.change(subscription, status="active" if is_paid else "past_due")
    events.emit("customer.subscription.updated", subscription, before)
    events.emit("invoice.paid" if is_paid else "invoice.payment_failed", invoice)
    return subscription


def update(given: Parameters, id: str) -> Body:
    """``POST /v1/subscriptions/<id>``: ends with the period, or no longer; another price; notes."""
    read.only(given, "cancel_at_period_end", "metadata", "items", "proration_behavior", "description")
    subscription = store.find_locked("subscription", id)
    ends_with_period = read.flag(given, "cancel_at_period_end", default=subscription["cancel_at_period_end"])
    item = subscription["items"]["data"][0]
    before = store.change(
        subscription,
        cancel_at_period_end=ends_with_period,
        cancel_at=item["current_period_end"] if ends_with_period else None,
        canceled_at=store.timestamp() if ends_with_period else None,
        metadata=subscription["metadata"] | read.metadata(given),
        items=_changed_items(subscription, read.groups(given, "items")),
    )
    events.emit("customer.subscription.updated", subscription, before)
    return subscription


def cancel(given: Parameters, id: str) -> Body:
    """``DELETE /v1/subscriptions/<id>``: ends now."""
    subscription = store.find_locked("subscription", id)
    if subscription["status"] == "canceled":
        raise StripeError(f"No such subscription: '{id}'", status=404, code="resource_missing", param="id")
    now = store.timestamp()
    details = subscription["cancellation_details"] | {"reason": "cancellation_requested"}
    before = store.change(subscription, status="canceled", canceled_at=now, ended_at=now, cancellation_details=details)
    events.emit("customer.subscription.deleted", subscription, before)
    return subscription


def _customer(session: Body, payer: Body) -> str:
    email = session["customer_email"] or payer["email"]
    return str(catalogue.create_customer({"email": email, "name": payer["name"] or ""})["id"])


def _bill(subscription: Body, *, reason: str, email: str | None) -> Body:
    number = f"{stripe_id('', 8).strip('_').upper()}-0001"
    lines = [billing.invoice_line(subscription)]
    invoice = store.add(billing.invoice(subscription, reason=reason, email=email, lines=lines, number=number))
    store.change(subscription, latest_invoice=invoice["id"])
    return invoice


def _pay(subscription: Body, invoice: Body, payer: Body) -> None:
    intent = shapes.payment_intent(
        amount=invoice["total"],
        currency=invoice["currency"],
        method="card",
        customer=subscription["customer"],
        status="succeeded",
        amount_received=invoice["total"],
    )
    charge = store.add(shapes.charge(intent, status="succeeded", method="card", billing=payer))
    store.add(intent | {"latest_charge": charge["id"], "payment_method": charge["payment_method"]})
    store.add(billing.invoice_payment(invoice, intent["id"]))
    store.change(
        invoice,
        amount_paid=invoice["total"],
        amount_remaining=0,
        attempted=True,
        attempt_count=1,
        status="paid",
        status_transitions=invoice["status_transitions"] | {"paid_at": store.timestamp()},
    )


def _begin_next_period(subscription: Body) -> dict[str, Any]:
    """Where the subscription was to end with its period, it doesn't begin: that is an error of the caller's."""
    if subscription["cancel_at_period_end"]:
        raise StripeError("This subscription ends with its period; cancel it instead.")
    (item,) = subscription["items"]["data"]
    starts = item["current_period_end"]
    moved = item | {
        "current_period_start": starts,
        "current_period_end": _next(starts, item["price"]["recurring"]),
    }
    return store.change(subscription, items=subscription["items"] | {"data": [moved]})


def _changed_items(subscription: Body, given: list[dict[str, Any]]) -> Body:
    items: Body = subscription["items"]
    if not given:
        return items
    (item,) = items["data"]
    read.only(given[0], "id", "price", "price_data", "quantity", at="items")
    price = item["price"]
    if id := read.text(given[0], "price"):
        price = store.find("price", id, param="items[price]")
    elif "price_data" in given[0]:
        price = catalogue.create_price(read.group(given[0], "price_data"))
    quantity = read.integer(given[0], "quantity", item["quantity"], least=1)
    return items | {"data": [item | {"price": price, "plan": billing.plan(price), "quantity": quantity}]}


def _next(starts: int, recurring: Body) -> int:
    """The end of a period; a month that is too short ends it on its last day."""
    begin, count = datetime.fromtimestamp(starts, UTC), recurring["interval_count"]
    days = {"day": 1, "week": 7}.get(recurring["interval"])
    if days:
        return int((begin + timedelta(days=days * count)).timestamp())
    months = begin.month - 1 + count * (12 if recurring["interval"] == "year" else 1)
    year, month = begin.year + months // 12, months % 12 + 1
    day = min(begin.day, calendar.monthrange(year, month)[1])
    return int(begin.replace(year=year, month=month, day=day).timestamp())
