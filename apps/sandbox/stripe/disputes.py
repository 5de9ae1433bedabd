"""Charges that a cardholder contests. The shop's API only looks at them; they come from outside."""

from typing import Final

from apps.sandbox.stripe import events, shapes, store
from apps.sandbox.stripe import parameters as read
from apps.sandbox.stripe.errors import StripeError
from apps.sandbox.stripe.parameters import Parameters
from apps.sandbox.stripe.store import Body

REASONS: Final = ("product_not_received", "fraudulent", "product_unacceptable", "duplicate", "general")
ANSWER_WITHIN_S: Final = 7 * 24 * 60 * 60
OPEN: Final = ("needs_response", "under_review")


def open_dispute(payment_intent: str, *, reason: str, can_be_answered: bool) -> Body:
    """The cardholder contests the payment's charge."""
    intent = store.find_locked("payment_intent", payment_intent)
    charge = store.find_locked("charge", intent["latest_charge"])
    if charge["disputed"] or not charge["captured"]:
        raise StripeError("This charge can't be disputed (again).")
    due_by = store.timestamp() + ANSWER_WITHIN_S if can_be_answered else 0
    store.change(charge, disputed=True)
    dispute = store.add(shapes.dispute(charge, reason=reason, due_by=due_by))
    events.emit("charge.dispute.created", dispute)
    return dispute


def close_dispute(id: str, *, won: bool) -> Body:
    """The bank decides, once."""
    dispute = store.find_locked("dispute", id)
    if dispute["status"] not in OPEN:
        raise StripeError("This dispute is closed.")
    before = store.change(dispute, status="won" if won else "lost")
    events.emit("charge.dispute.closed", dispute, before)
    return dispute


def update(given: Parameters, id: str) -> Body:
    """``POST /v1/disputes/<id>``: evidence and notes; ``submit`` hands it to the bank."""
    read.only(given, "evidence", "metadata", "submit")
    dispute = store.find_locked("dispute", id)
    if dispute["status"] != "needs_response":
        raise StripeError("This dispute can no longer be answered.")
    submitted = read.flag(given, "submit", default=True) and "evidence" in given
    details = dispute["evidence_details"]
    before = store.change(
        dispute,
        evidence=dispute["evidence"] | read.group(given, "evidence"),
        metadata=dispute["metadata"] | read.metadata(given),
        evidence_details=details | {"has_evidence": True, "submission_count": details["submission_count"] + submitted},
        status="under_review" if submitted else dispute["status"],
    )
    events.emit("charge.dispute.updated", dispute, before)
    return dispute
