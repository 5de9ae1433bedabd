"""One made-up order: when it was paid, made, sent, and what went wrong on the way."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any, Final

from apps.accounts.models import User
from apps.common.identifiers import uuid_v7_at
from apps.orders.backfill.stories import Past, PastEvent
from apps.orders.models import MailKind, Order, OrderLine, Refund, SentMail, Shipment
from apps.orders.operations.facts import source_key

_WARES: Final = (
    ("T-shirt (demo)", "M / Black", 2_400),
    ("Poster (demo)", "30 × 40 cm", 1_900),
    ("Canvas (demo)", "60 × 90 cm", 6_150),
    ("Mug (demo)", "330 ml", 1_250),
)
_NAMES: Final = ("Ava", "Ben", "Chloe", "Dev", "Elif", "Finn", "Grace", "Hugo", "Iris", "Jonas")
_TOWNS: Final = (("York", "YO1 7HH", "GB"), ("Leeds", "LS1 4AP", "GB"), ("Utrecht", "3511 AB", "NL"))
_CARRIERS: Final = ("DHL", "UPS", "Royal Mail")
_STEP_H: Final = {"submitted": 0.4, "production": 20, "shipped": 50, "delivered": 75}


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """An order with all that is kept about it, and what happened to it that only the log tells."""

    past: Past
    lines: tuple[OrderLine, ...]
    troubles: tuple[PastEvent, ...]


@dataclass(slots=True, kw_only=True)
class Teller:
    """Tells one order's life by chance; what lies after ``now`` hasn't happened yet."""

    chance: Random
    now: datetime
    order: Order
    parcels: list[Shipment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    troubles: list[PastEvent] = field(default_factory=list)

    @property
    def paid_at(self) -> datetime:
        return self.order.paid_at or self.order.created_at

    def has_come(self, moment: datetime | None) -> bool:
        return moment is not None and moment < self.now

    def go_on(self, since: datetime, *steps: str, hours: float = 0) -> datetime:
        """Takes the steps one after the other as far as they have come; ``hours`` are lost before the first."""
        at = since + timedelta(hours=hours)
        for step in steps:
            at += timedelta(hours=_STEP_H[step] * self.chance.uniform(0.5, 1.5))
            if self.has_come(at):
                _TAKE[step](self, at)
        return at

    def trouble(self, event_type: str, at: datetime, *which: object, **payload: Any) -> None:
        """Something that goes wrong, or is heard of; at most once under its name."""
        if self.has_come(at):
            key = source_key(self.order.pk, event_type, *which)
            self.troubles.append(PastEvent(event_type, at, payload, key))

    def give_back(self, amount_minor: int, at: datetime) -> None:
        if self.has_come(at):
            order = self.order
            self.refunds.append(
                Refund(order=order, total_minor=amount_minor, amount_minor=amount_minor, refunded_at=at)
            )
            order.refunded_minor, order.refunded_at = amount_minor, at


def _submit(teller: Teller, at: datetime) -> None:
    teller.order.submitted_at = at
    teller.order.printify_id = f"demo-{teller.order.pk.hex[:12]}"


def _produce(teller: Teller, at: datetime) -> None:
    teller.order.in_production_at = at


def _ship(teller: Teller, at: datetime) -> None:
    carrier, number = teller.chance.choice(_CARRIERS), f"DEMO{teller.chance.randrange(10**8):08}"
    order = teller.order
    order.shipped_at, order.tracking_carrier, order.tracking_number = at, carrier, number
    teller.parcels.append(Shipment(order=order, number=number, carrier=carrier, shipped_at=at))


def _deliver(teller: Teller, at: datetime) -> None:
    teller.order.delivered_at = at


_TAKE: Final[Mapping[str, Callable[[Teller, datetime], None]]] = MappingProxyType(
    {"submitted": _submit, "production": _produce, "shipped": _ship, "delivered": _deliver}
)
_ALL: Final = ("submitted", "production", "shipped", "delivered")


def _goes_well(teller: Teller) -> None:
    teller.go_on(teller.paid_at, *_ALL)


def _fails_to_submit(teller: Teller, attempts: int) -> datetime:
    at = teller.paid_at + timedelta(seconds=20)
    for attempt in range(1, attempts + 1):
        counted = {"attempt": attempt, "attempts": 3, "provider": "printify"}
        if attempt > 1:
            teller.trouble("order.submission_retried", at, attempt, **counted)
        at += timedelta(seconds=4)
        reason = {"reason": "insufficient stock for M Black", "code": "8150"}
        teller.trouble("order.submission_failed", at, attempt, **counted, **reason)
        at += timedelta(seconds=30 * attempt)
    teller.order.submission_attempts = attempts
    return at


def _is_submitted_at_last(teller: Teller) -> None:
    at = _fails_to_submit(teller, 1)
    teller.trouble("order.submission_retried", at, 2, attempt=2, attempts=3, provider="printify")
    teller.order.submission_attempts = 2
    teller.go_on(at, *_ALL)


def _waits_for_a_person(teller: Teller) -> None:
    _fails_to_submit(teller, 3)
    teller.order.fulfilment_error = "insufficient stock for M Black"


def _is_out_of_stock_for_a_while(teller: Teller) -> None:
    at = teller.go_on(teller.paid_at, "submitted")
    teller.trouble(
        "order.provider_issue", at + timedelta(hours=2), "out-of-stock", provider="printify", status="out-of-stock"
    )
    teller.go_on(at, *_ALL[1:], hours=30)


def _is_called_off(teller: Teller) -> None:
    if at := _stop(teller):
        teller.give_back(teller.order.total_minor, at + timedelta(minutes=12))


def _stop(teller: Teller) -> datetime | None:
    """Calls the order off soon after it was submitted; when, if that has come."""
    at = teller.go_on(teller.paid_at, "submitted") + timedelta(hours=5)
    if not teller.has_come(at):
        return None
    teller.order.cancelled_at = at
    return at


def _is_refunded_in_part(teller: Teller) -> None:
    at = teller.go_on(teller.paid_at, *_ALL)
    teller.give_back(teller.order.subtotal_minor // 2, at + timedelta(days=2))


def _refund_fails(teller: Teller) -> None:
    order = teller.order
    if at := _stop(teller):
        refund_id = f"re_demo_{order.pk.hex[:8]}"
        facts = {"amount_minor": order.total_minor, "currency": order.currency, "reason": "expired or canceled card"}
        teller.trouble("order.refund_failed", at + timedelta(minutes=12), refund_id, refund_id=refund_id, **facts)


def _is_disputed(teller: Teller) -> None:
    _goes_well(teller)
    order, at = teller.order, teller.paid_at + timedelta(hours=26)
    due_at, about = at + timedelta(days=9), {"dispute_id": f"dp_demo_{order.pk.hex[:8]}"}
    facts = {"amount_minor": order.total_minor, "currency": order.currency, "due_at": due_at.isoformat()}
    teller.trouble("order.dispute_opened", at, about["dispute_id"], reason="fraudulent", **about, **facts)
    teller.trouble("order.dispute_closed", due_at, about["dispute_id"], outcome="won", **about)
    if teller.has_come(due_at):
        order.dispute_status = "won"
    elif teller.has_come(at):
        order.dispute_status, order.dispute_due_at = "needs_response", due_at


def _payment_fails_first(teller: Teller) -> None:
    at = teller.order.created_at + timedelta(minutes=1)
    teller.trouble("order.payment_failed", at, "demo", reason="the payment didn't go through")
    _goes_well(teller)


def _mail_bounces(teller: Teller) -> None:
    teller.trouble(
        "email.bounced",
        teller.paid_at + timedelta(minutes=3),
        "demo",
        recipient=teller.order.email,
        kind="bounced",
        mail=str(MailKind.CONFIRMATION.label),
        reason="550 5.1.1 No such mailbox",
    )
    _goes_well(teller)


def _is_answered_by_staff(teller: Teller) -> None:
    _goes_well(teller)
    at = teller.paid_at + timedelta(hours=30)
    teller.trouble("order.note", at, "demo", text="Asked for another colour by mail; fine as it is.", author="staff")


# How an order fares, and how often; the first orders of a demonstration fare in each of these ways once.
FATES: Final[tuple[tuple[Callable[[Teller], None], int], ...]] = (
    (_waits_for_a_person, 1),
    (_refund_fails, 1),
    (_is_disputed, 1),
    (_mail_bounces, 3),
    (_is_submitted_at_last, 5),
    (_is_called_off, 4),
    (_payment_fails_first, 4),
    (_is_out_of_stock_for_a_while, 3),
    (_is_refunded_in_part, 4),
    (_is_answered_by_staff, 3),
    (_goes_well, 71),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When an order was opened and by whom; ``name`` tells it from all others of the demonstration."""

    name: str
    at: datetime
    owner: User | None


def tell(fate: Callable[[Teller], None], opening: Opening, *, chance: Random, now: datetime) -> Life:
    """The life of an order that fares so."""
    teller = Teller(chance=chance, now=now, order=_opened(opening, chance))
    lines = tuple(_lines(teller))
    fate(teller)
    past = Past(
        order=teller.order,
        parcels=tuple(teller.parcels),
        refunds=tuple(teller.refunds),
        mails=tuple(_mails(teller.order, now)),
    )
    return Life(past=past, lines=lines, troubles=tuple(teller.troubles))


def _opened(opening: Opening, chance: Random) -> Order:
    who, (town, postal_code, country) = chance.choice(_NAMES), chance.choice(_TOWNS)
    guest = f"{who.lower()}.{chance.randrange(100)}@demo.example"
    return Order(
        pk=uuid_v7_at(opening.at, chance),
        user=opening.owner,
        email=opening.owner.email if opening.owner else guest,
        shipping_address={
            "name": f"{who} Demo", "line1": f"{chance.randrange(1, 99)} High Street", "city": town,
            "postal_code": postal_code, "country": country,
        },
        currency="GBP",
        created_at=opening.at,
        paid_at=opening.at + timedelta(minutes=chance.uniform(2, 9)),
        stripe_payment_intent_id=f"pi_demo_{opening.name}",
    )  # fmt: skip


def _lines(teller: Teller) -> Iterator[OrderLine]:
    order = teller.order
    order.subtotal_minor = 0
    for position, ware in enumerate(teller.chance.sample(_WARES, teller.chance.choice([1, 1, 2])), start=1):
        title, variant, price_minor = ware
        order.subtotal_minor += price_minor
        yield OrderLine(
            order=order, position=position, title=title, variant_title=variant, unit_price_minor=price_minor, quantity=1
        )
    order.shipping_minor = 450
    order.total_minor = order.subtotal_minor + order.shipping_minor


def _mails(order: Order, now: datetime) -> Iterator[SentMail]:
    sent = ((MailKind.CONFIRMATION, order.paid_at), (MailKind.SHIPPING_NOTICE, order.shipped_at))
    for kind, since in sent:
        if since:
            at = min(since + timedelta(seconds=40), now)
            yield SentMail(
                message_id=f"<{order.pk.hex}.{kind}@demo.example>", recipient=order.email, kind=kind, order=order,
                sent_at=at,
            )  # fmt: skip
            column = "confirmation_sent_at" if kind == MailKind.CONFIRMATION else "shipping_notice_sent_at"
            setattr(order, column, at)
