"""What Stripe tells of plans and credit packs that are paid for. Events come in no order and more than once.

A payment is for a pack where its metadata name a person, by ``user``, and how many ``credits``.
A subscription is ours where its metadata name a person, by ``user``; the plan is the one that is sold at the price.
A period begins when its invoice is paid and by nothing else: a subscription that was merely created has paid nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from apps.accounts.models import Plan, User
from apps.credits import ledger, paid_subscriptions
from apps.credits.packs import purchase_key
from apps.credits.paid_subscriptions import UnknownSubscription
from apps.webhooks.models import WebhookDelivery
from apps.webhooks.registry import NotUnderstood, NotYet, handles
from apps.webhooks.stripe import moment, subject

# What Stripe says of a subscription whose first payment hasn't come, or never will.
NEVER_BEGAN = frozenset({"incomplete", "incomplete_expired"})


class Line(NamedTuple):
    """What an invoice asks for one period of a plan."""

    price_id: str
    starts_at: datetime
    ends_at: datetime


@handles("stripe", "invoice.paid")
def invoice_paid(delivery: WebhookDelivery) -> bool:
    """A period was paid for, the first of a subscription or another."""
    invoice, at = subject(delivery)
    billed = _billed(invoice)
    if billed is None:
        return False
    provider_id, metadata = billed
    for line in _periods(invoice):
        paid_subscriptions.start_subscription(
            user=_user(metadata),
            plan=_plan(line.price_id),
            provider_id=provider_id,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
            now=at,
        )
    return True


@handles("stripe", "invoice.payment_failed")
def payment_failed(delivery: WebhookDelivery) -> bool:
    """The period that was billed isn't paid. Where it would have been the first, nothing has begun."""
    invoice, _ = subject(delivery)
    billed = _billed(invoice)
    if billed is None:
        return False
    if invoice.get("billing_reason") == "subscription_create":
        return True
    for line in _periods(invoice):
        _known(paid_subscriptions.mark_past_due, provider_id=billed[0], unpaid_from=line.starts_at)
    return True


@handles("stripe", "customer.subscription.updated")
def subscription_updated(delivery: WebhookDelivery) -> bool:
    """Another plan, or an end with the period, was chosen or withdrawn."""
    subscription, at = subject(delivery)
    if not _is_ours(subscription):
        return False
    if subscription["status"] in NEVER_BEGAN:
        return True
    _known(
        paid_subscriptions.follow_provider,
        provider_id=subscription["id"],
        plan=_plan(subscription["items"]["data"][0]["price"]["id"]),
        ends_with_period=bool(subscription.get("cancel_at_period_end") or subscription.get("cancel_at")),
        at=at,
    )
    return True


@handles("stripe", "customer.subscription.deleted")
def subscription_deleted(delivery: WebhookDelivery) -> bool:
    """It is over, at once or after its period."""
    subscription, at = subject(delivery)
    if not _is_ours(subscription):
        return False
    if subscription["status"] not in NEVER_BEGAN:
        ended_at = moment(subscription["ended_at"]) if subscription.get("ended_at") else at
        _known(paid_subscriptions.end_subscription, provider_id=subscription["id"], now=ended_at)
    return True


@handles("stripe", "checkout.session.completed", "checkout.session.async_payment_succeeded")
def pack_paid(delivery: WebhookDelivery) -> bool:
    """A pack was paid, now or after some days; ``unpaid`` is a way of paying that takes so long."""
    session, _ = subject(delivery)
    credits = _credits_bought(session)
    if credits is None:
        return False
    if session["payment_status"] == "paid":
        ledger.purchase(
            user=_user(session["metadata"]),
            credits=credits,
            key=purchase_key(session["id"]),
            by=None,
            description=f"Pack of {credits}",
        )
    return True


@handles("stripe", "charge.refunded")
def pack_refunded(delivery: WebhookDelivery) -> bool:
    """The money went back; the credits are for a person to take back, who says so and why, as the ledger wants it."""
    charge, _ = subject(delivery)
    credits = _credits_bought(charge)
    if credits is None:
        return False
    person = _user(charge["metadata"])
    raise NotUnderstood(f"a pack of {credits} credits was refunded to {person.public_id}: adjust the balance by hand")


def _credits_bought(about: Mapping[str, Any]) -> int | None:
    """How many credits a payment was for; null where it was for something else."""
    metadata = about.get("metadata") or {}
    if "user" not in metadata or "credits" not in metadata:
        return None
    return int(metadata["credits"])


def _known(operation: Any, **told: Any) -> None:
    """The operation, put off where the invoice that began the subscription hasn't been delivered yet."""
    try:
        operation(**told)
    except UnknownSubscription as unknown:
        raise NotYet(f"no subscription {unknown}") from None


def _is_ours(subscription: Mapping[str, Any]) -> bool:
    return "user" in subscription.get("metadata", {})


def _billed(invoice: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """The subscription that the invoice is for, and its metadata; null where it isn't for one of ours."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    metadata = details.get("metadata") or {}
    return (details["subscription"], metadata) if "user" in metadata else None


def _periods(invoice: Mapping[str, Any]) -> Iterator[Line]:
    """The periods on the invoice. Shares of periods, for a change in their midst, begin none."""
    for line in invoice["lines"]["data"]:
        item = line["parent"]["subscription_item_details"] or {"proration": True}
        if not item["proration"]:
            price_id = line["pricing"]["price_details"]["price"]
            yield Line(price_id, moment(line["period"]["start"]), moment(line["period"]["end"]))


def _user(metadata: Mapping[str, Any]) -> User:
    user = User.objects.filter(public_id=UUID(metadata["user"])).first()
    if user is None:
        raise NotUnderstood(f"nobody is {metadata['user']}")
    return user


def _plan(price_id: str) -> Plan:
    plan = Plan.objects.filter(provider_price_id=price_id).first() if price_id else None
    if plan is None:
        raise NotUnderstood(f"no plan is sold at the price {price_id}")
    return plan
