"""Every object has every field that the official package's classes name for it."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from stripe import StripeObject

from tests.sandbox.purchases import PAYER, PLAN, asked_for
from tests.sandbox.stage import Sandbox, Visitor

# Fields that the API gives only of deleted objects, only where expanded, or only of another kind of account.
AT_TIMES: Final = {
    "Charge": {"refunds"},
    "Customer": {"sources", "subscriptions", "tax", "tax_ids", "invoice_credit_balance"},
    "Invoice": {"payments"},
    "Plan": {"tiers"},
    "Price": {"currency_options", "tiers"},
    "Session": {"line_items"},
    "Any": {"deleted"},
}


@pytest.fixture
def made(sandbox: Sandbox, visitor: Visitor) -> list[StripeObject]:
    """One of each kind."""
    stripe = sandbox.stripe()
    bought, subscribed = asked_for(stripe), asked_for(stripe, mode="subscription", line_items=[PLAN])
    for session in (bought, subscribed):
        visitor.press(f"/sandbox/checkout/{session.id}/", act="pay", **PAYER)
    bought = stripe.v1.checkout.sessions.retrieve(bought.id, {"expand": ["line_items.data.price.product"]})
    subscribed = stripe.v1.checkout.sessions.retrieve(
        subscribed.id, {"expand": ["subscription", "invoice", "customer"]}
    )
    refund = stripe.v1.refunds.create({"payment_intent": str(bought.payment_intent), "amount": 1})
    page = f"/sandbox/payments/{bought.id}/"
    visitor.press(page, f"{page}dispute/", reason="fraudulent")
    return [
        bought,
        subscribed,
        refund,
        stripe.v1.charges.retrieve(str(refund.charge)),
        stripe.v1.payment_intents.retrieve(str(bought.payment_intent)),
        stripe.v1.disputes.list().data[0],
        *stripe.v1.events.list({"limit": 100}).data,
    ]


def test_no_field_is_missing(made: list[StripeObject]) -> None:
    met = [one for each in made for one in within(each)]

    assert {type(one).__name__ for one in met} >= {
        *("Session", "PaymentIntent", "Charge", "Refund", "Dispute", "Event", "Subscription", "SubscriptionItem"),
        *("Invoice", "InvoiceLineItem", "Price", "Product", "Customer", "LineItem", "Plan"),
    }
    assert {(type(one).__name__, name) for one in met for name in missing(one)} == set()


def within(found: Any) -> Iterator[StripeObject]:
    """An object of the API, and those in it."""
    if isinstance(found, StripeObject):
        yield found
        for value in found.to_dict(recursive=False).values():
            yield from within(value)
    elif isinstance(found, list):
        for value in found:
            yield from within(value)


def missing(found: StripeObject) -> set[str]:
    """The names that its class has and it hasn't; of parts of objects only those that are always there."""
    cls = type(found)
    named = {name: str(kind) for name, kind in vars(cls).get("__annotations__", {}).items() if name[0] not in "_O"}
    if "id" not in named:
        named = {name: kind for name, kind in named.items() if "Optional" not in kind and "None" not in kind}
    return set(named) - set(found.to_dict(recursive=False)) - AT_TIMES["Any"] - AT_TIMES.get(cls.__name__, set())
