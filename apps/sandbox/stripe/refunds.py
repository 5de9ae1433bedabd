"""Money given back, in full or in part."""

from typing import Final

from apps.sandbox import appointments, faults
from apps.sandbox.stripe import events, shapes, store
from apps.sandbox.stripe import parameters as read
from apps.sandbox.stripe.errors import StripeError, required
from apps.sandbox.stripe.parameters import Parameters
from apps.sandbox.stripe.store import Body

FAIL: Final = "stripe.fail_refund"
BANK_TAKES_S: Final = 5.0
REASONS: Final = ("duplicate", "fraudulent", "requested_by_customer")


def create(given: Parameters) -> Body:
    """``POST /v1/refunds``. The charge's ``amount_refunded`` is cumulative."""
    read.only(given, "charge", "payment_intent", "amount", "reason", "metadata")
    if faults.strikes(faults.REFUND_REFUSED):
        raise StripeError(
            "Insufficient funds in your Stripe balance to refund this amount.", code="balance_insufficient"
        )
    charge = _charge(given)
    left = charge["amount"] - charge["amount_refunded"]
    amount = read.integer(given, "amount", left, least=1) if left else 0
    _refuse(charge, amount=amount, left=left)
    reason = read.one_of(given, "reason", REASONS, "requested_by_customer") if "reason" in given else None
    refund = store.add(
        shapes.refund(charge, amount=amount, reason=reason, metadata=read.metadata(given), status="succeeded")
    )
    before = _count(charge, amount)
    events.emit("refund.created", refund)
    events.emit("charge.refunded", charge, before)
    if faults.strikes(faults.REFUND_FAILS):
        appointments.appoint(FAIL, refund["id"], after_s=BANK_TAKES_S)
    return refund


def fail(id: str) -> None:
    """The bank sends a refund back: the money is ours again."""
    refund = store.find_locked("refund", id)
    if refund["status"] == "failed":
        return
    charge = store.find_locked("charge", refund["charge"])
    _count(charge, -refund["amount"])
    before = store.change(refund, status="failed", failure_reason="lost_or_stolen_card")
    events.emit("charge.refund.updated", refund, before)
    events.emit("refund.failed", refund, before)


def _charge(given: Parameters) -> Body:
    if id := read.text(given, "charge"):
        return store.find_locked("charge", id, param="charge")
    if id := read.text(given, "payment_intent"):
        intent = store.find_locked("payment_intent", id, param="payment_intent")
        if intent["status"] == "succeeded":
            return store.find_locked("charge", intent["latest_charge"])
        raise StripeError(
            f"This PaymentIntent ({id}) does not have a successful charge to refund.", param="payment_intent"
        )
    raise required("payment_intent")


def _refuse(charge: Body, *, amount: int, left: int) -> None:
    if not left:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise StripeError(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    if not charge["captured"]:
        raise StripeError(f"Charge {charge['id']} is not captured.", param="charge")
    if amount > left:
        raise StripeError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )


def _count(charge: Body, amount: int) -> Body:
    refunded = charge["amount_refunded"] + amount
    return store.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
