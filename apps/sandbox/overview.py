"""What the pages show: the latest orders, payments, mails and webhooks. Only reads."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from apps.sandbox.models import Delivery, Mail, PrintifyOrder, StripeObject
from apps.sandbox.printify import orders
from apps.sandbox.stripe.store import Body

SHOWN: Final = 12
DELIVERIES_SHOWN: Final = 40
MAILS_SHOWN: Final = 100
DONE: Final = ("complete", "active", "succeeded", "won", "paid")
FAILED: Final = ("canceled", "lost", "failed", "has-issues", "unfulfillable", "out-of-stock")
QUIET: Final = ("expired", "pending", "on-hold")


@dataclass(frozen=True, slots=True)
class Row:
    """A thing in a list: what it is called, how it stands and how that looks."""

    id: str
    title: str
    status: str
    details: str = ""
    amount_minor: int | None = None
    currency: str = ""
    can_advance: bool = False

    @property
    def tone(self) -> str:
        """The colour of its status."""
        if self.status in FAILED:
            return "failed"
        if self.status in QUIET:
            return ""
        return "done" if self.status in (*DONE, "delivered") else "running"


def latest_orders() -> list[Row]:
    """Orders at the print provider."""
    return [order_row(order) for order in PrintifyOrder.objects.newest_first()[:SHOWN]]


def order_row(order: PrintifyOrder) -> Row:
    """One order at the print provider."""
    lines = ", ".join(f"{line['quantity']} × {line['metadata']['title']}" for line in order.body["line_items"])
    shipped = order.status == "fulfilled"
    status = ("shipped" if orders.can_advance(order) else "delivered") if shipped else order.status
    return Row(order.id, str(order.body["label"]), status, lines, can_advance=orders.can_advance(order))


def latest_payments() -> list[Row]:
    """Checkout sessions."""
    return [session_row(body) for body in _latest("checkout.session")]


def session_row(session: Body) -> Row:
    """One checkout session; one that is complete and unpaid waits for the bank."""
    waits = session["status"] == "complete" and session["payment_status"] == "unpaid"
    who = (session["customer_details"] or {}).get("email") or session["customer_email"] or ""
    return Row(
        session["id"],
        ", ".join(line["description"] for line in session["line_items"]["data"]),
        "processing" if waits else session["status"],
        who,
        session["amount_total"],
        session["currency"],
    )


def latest_subscriptions() -> list[Row]:
    """Subscriptions."""
    return [_subscription_row(body) for body in _latest("subscription")]


def _subscription_row(body: Body) -> Row:
    item = body["items"]["data"][0]
    price = item["price"]
    return Row(body["id"], body["id"], body["status"], body["customer"], price["unit_amount"], price["currency"])


def latest_deliveries() -> list[Delivery]:
    """Webhooks, the last first."""
    return list(Delivery.objects.newest_first()[:DELIVERIES_SHOWN])


def delivery(id: UUID) -> Delivery | None:
    """One webhook."""
    return Delivery.objects.filter(pk=id).first()


def printify_order(id: str) -> PrintifyOrder | None:
    """One order at the print provider."""
    found: PrintifyOrder | None = PrintifyOrder.objects.filter(id=id).first()
    return found


def deliveries_about(*subjects: str) -> list[Delivery]:
    """Webhooks about these things, the last first."""
    return list(Delivery.objects.filter(subject__in=subjects).newest_first()[:DELIVERIES_SHOWN])


def latest_mails() -> list[Mail]:
    """Mails, the last first."""
    return list(Mail.objects.newest_first()[:MAILS_SHOWN])


def mail(id: UUID) -> Mail | None:
    """One mail."""
    found: Mail | None = Mail.objects.filter(pk=id).first()
    return found


def objects_about(payment_intent: str, kind: str) -> list[Any]:
    """Refunds or disputes of a payment, the last first."""
    rows = StripeObject.objects.of_kind(kind).with_field("payment_intent", payment_intent).newest_first()
    return list(rows.values_list("body", flat=True))


def _latest(kind: str) -> list[Any]:
    return list(StripeObject.objects.of_kind(kind).newest_first().values_list("body", flat=True)[:SHOWN])
