"""What happens to a checkout session on the hosted page: paid, paid later, declined."""

from dataclasses import dataclass
from typing import Final

from apps.sandbox import appointments, faults
from apps.sandbox.stripe import events, shapes, store, subscriptions
from apps.sandbox.stripe.errors import StripeError
from apps.sandbox.stripe.sessions import EXPIRE
from apps.sandbox.stripe.store import Body

SETTLE: Final = "stripe.settle"
FAIL: Final = "stripe.fail"
BANK_TAKES_S: Final = 10.0


class CardDeclined(Exception):
    """The bank said no; the session stays open for another try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays, as typed on the payment page, and where the goods go if that was asked for."""

    email: str
    name: str
    address: dict[str, str | None]

    @property
    def billing(self) -> Body:
        return shapes.payer(email=self.email, name=self.name, address=self.address)


def pay_by_card(id: str, payer: Payer) -> Body:
    """Pays. Raises CardDeclined where a fault was prepared."""
    session = _open(id)
    if faults.strikes(faults.PAYMENT_DECLINED):
        decline_card(id, payer)
        raise CardDeclined
    if session["mode"] == "subscription":
        subscriptions.start(session, payer.billing)
    else:
        _charge(session, payer, method="card", status="succeeded")
    _complete(session, payer, payment_status="paid")
    return session


def decline_card(id: str, payer: Payer) -> None:
    """The bank refuses the card. The attempt leaves a payment and a charge that failed."""
    session = _open(id)
    intent = _intent(session, "card")
    charge = store.add(shapes.charge(intent, status="failed", method="card", billing=payer.billing))
    words = {"failure_code": "card_declined", "failure_message": "Your card was declined."}
    store.change(charge, **words)
    error = {
        **shapes.nulls("advice_code network_advice_code network_decline_code param"),
        "charge": charge["id"],
        "code": "card_declined",
        "decline_code": "generic_decline",
        "message": "Your card was declined.",
        "type": "card_error",
        "payment_method_type": "card",
    }
    store.change(intent, last_payment_error=error, latest_charge=charge["id"])
    events.emit("charge.failed", charge)
    events.emit("payment_intent.payment_failed", intent)


def pay_later(id: str, payer: Payer, *, succeeds: bool) -> Body:
    """Orders a bank debit: the session completes unpaid, and some seconds later the bank has paid, or hasn't."""
    session = _open(id)
    method = shapes.delayed_method(session["currency"])
    if method not in session["payment_method_types"]:
        raise StripeError(f"The payment method {method} isn't offered by this session.", param="payment_method_types")
    _charge(session, payer, method=method, status="pending")
    _complete(session, payer, payment_status="unpaid")
    appointments.appoint(SETTLE if succeeds else FAIL, id, after_s=BANK_TAKES_S)
    return session


def settle(id: str) -> None:
    """The bank has paid."""
    session = store.find_locked("checkout.session", id)
    intent = store.find_locked("payment_intent", session["payment_intent"])
    charge = store.find_locked("charge", intent["latest_charge"])
    amount = intent["amount"]
    store.change(charge, status="succeeded", captured=True, amount_captured=amount)
    store.change(intent, status="succeeded", amount_received=amount)
    events.emit("charge.succeeded", charge)
    events.emit("payment_intent.succeeded", intent)
    store.change(session, payment_status="paid")
    events.emit("checkout.session.async_payment_succeeded", session)


def fail(id: str) -> None:
    """The bank has not paid: too little in the account."""
    session = store.find_locked("checkout.session", id)
    intent = store.find_locked("payment_intent", session["payment_intent"])
    charge = store.find_locked("charge", intent["latest_charge"])
    words = {"failure_code": "insufficient_funds", "failure_message": "The account has insufficient funds."}
    store.change(charge, status="failed", paid=False, **words)
    error = {"code": "insufficient_funds", "message": words["failure_message"], "type": "card_error"}
    store.change(intent, status="requires_payment_method", last_payment_error=error)
    events.emit("charge.failed", charge)
    events.emit("payment_intent.payment_failed", intent)
    events.emit("checkout.session.async_payment_failed", session)


def _open(id: str) -> Body:
    session = store.find_locked("checkout.session", id)
    if session["status"] != "open":
        raise StripeError(f"This Checkout Session is {session['status']}.", param="session")
    return session


def _intent(session: Body, method: str) -> Body:
    """The session's payment; a second attempt uses the first one's."""
    if session["payment_intent"]:
        return store.find_locked("payment_intent", session["payment_intent"])
    intent = store.add(
        shapes.payment_intent(
            amount=session["amount_total"],
            currency=session["currency"],
            method=method,
            customer=session["customer"],
            **session["_intent"],
        )
    )
    store.change(session, payment_intent=intent["id"])
    return intent


def _charge(session: Body, payer: Payer, *, method: str, status: str) -> None:
    intent = _intent(session, method)
    charge = store.add(shapes.charge(intent, status=status, method=method, billing=payer.billing))
    is_paid = status == "succeeded"
    store.change(
        intent,
        status="succeeded" if is_paid else "processing",
        amount_received=intent["amount"] if is_paid else 0,
        last_payment_error=None,
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
    )
    if is_paid:
        events.emit("charge.succeeded", charge)
        events.emit("payment_intent.succeeded", intent)


def _complete(session: Body, payer: Payer, *, payment_status: str) -> None:
    appointments.cancel(EXPIRE, session["id"])
    details = {
        **shapes.nulls("business_name individual_name phone"),
        "address": payer.billing["address"],
        "email": payer.email,
        "name": payer.name,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    store.change(session, status="complete", payment_status=payment_status, url=None, customer_details=details)
    if session["shipping_address_collection"]:
        goes_to = {"address": payer.billing["address"], "name": payer.name}
        store.change(
            session,
            collected_information={"business_name": None, "individual_name": None, "shipping_details": goes_to},
        )
    events.emit("checkout.session.completed", session)
