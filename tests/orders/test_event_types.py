"""The taxonomy: every sentence as a person reads it, with all its facts, with few, and with nonsense."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.orders.event_types import EVENT_TYPES
from apps.orders.models.activity_log import MAX_EVENT_TYPE, Level

GBP = {"amount_minor": 4_300, "currency": "GBP"}
PRINTIFY = {"provider": "printify"}
TO = {"recipient": "customer@example.com"}

SENTENCES: list[tuple[str, str, dict[str, Any], str]] = [
    ("order.created", "info", GBP | {"provider": "stripe"}, "Order placed — £43.00 via Stripe"),
    ("order.email.confirmation_sent", "info", TO, "Order confirmation sent to customer@example.com"),
    ("order.submitted", "info", PRINTIFY | {"provider_order_id": "PFY-12345"}, "Submitted to Printify (PFY-12345)"),
    ("order.submitted", "info", PRINTIFY, "Submitted to Printify"),
    (
        "order.submission_failed",
        "error",
        PRINTIFY | {"reason": "insufficient stock for M Black"},
        "Submission to Printify failed: insufficient stock for M Black",
    ),
    ("order.submission_retried", "info", {"attempt": 2, "attempts": 3}, "Submission retried — attempt 2 of 3"),
    ("order.production", "info", PRINTIFY, "In production at Printify"),
    ("order.shipped", "info", {"carrier": "DHL", "tracking_number": "1Z999"}, "Shipped via DHL — tracking: 1Z999"),
    ("order.shipped", "info", {"carrier": "DHL", "tracking_number": ""}, "Shipped via DHL"),
    ("order.shipped", "info", {}, "Shipped"),
    ("order.email.shipping_sent", "info", TO, "Shipping notification sent to customer@example.com"),
    ("order.delivered", "info", {}, "Delivered"),
    ("order.cancelled", "warning", {}, "Order cancelled"),
    ("order.cancelled", "warning", {"reason": "no stock"}, "Order cancelled: no stock"),
    ("order.cancelled", "warning", {"reason": "no stock", "by": "a@b"}, "Order cancelled: no stock (by a@b)"),
    ("order.refund_requested", "info", GBP | {"by": "a@b"}, "Refund of £43.00 asked for (by a@b)"),
    ("order.refund_requested", "info", GBP | {"reason": "torn"}, "Refund of £43.00 asked for: torn"),
    ("order.refunded", "info", GBP, "Refunded £43.00"),
    ("sync.started", "info", PRINTIFY, "Product sync started (Printify)"),
    ("sync.completed", "info", {"products": 47, "updated": 3}, "Product sync complete — 47 products, 3 updated"),
    ("sync.completed", "info", {"products": 1, "updated": 0}, "Product sync complete — 1 product, 0 updated"),
    ("sync.failed", "error", {"reason": "API rate limit exceeded"}, "Product sync failed: API rate limit exceeded"),
    ("abandoned_cart.created", "info", TO | GBP, "Abandoned cart — customer@example.com, £43.00"),
    ("abandoned_cart.email_sent", "info", TO, "Recovery email sent to customer@example.com"),
    (
        "abandoned_cart.recovered",
        "info",
        {"order_number": "SS-260223-0042"},
        "Cart recovered — order SS-260223-0042 placed",
    ),
    (
        "email.bounced",
        "warning",
        TO | {"mail": "order confirmation"},
        "Email bounced: customer@example.com (order confirmation)",
    ),
    ("email.bounced", "warning", TO | {"kind": "complained"}, "Email marked as spam: customer@example.com"),
    ("email.delivered", "info", TO, "Email delivered to customer@example.com"),
    ("order.payment_failed", "warning", {"reason": "card declined"}, "Payment failed: card declined"),
    ("order.refund_failed", "error", GBP | {"reason": "card expired"}, "Refund of £43.00 failed: card expired"),
    (
        "order.dispute_opened",
        "error",
        GBP | {"reason": "fraudulent", "due_at": "2026-11-28T12:00:00+00:00"},
        "Dispute opened over £43.00: fraudulent — answer by 28 November 2026",
    ),
    ("order.dispute_opened", "error", GBP | {"due_at": None}, "Dispute opened over £43.00"),
    ("order.dispute_closed", "info", {"outcome": "won"}, "Dispute closed: won"),
    (
        "order.overdue",
        "warning",
        {"awaiting": "submitted", "waited_s": 2_400},
        "Overdue: paid 40 minutes ago and not submitted",
    ),
    ("order.overdue", "warning", {"awaiting": "shipped", "waited_s": 864_000}, "Overdue: in production for 10 days"),
    (
        "order.overdue",
        "warning",
        {"awaiting": "delivered", "waited_s": 1_900_000},
        "Overdue: shipped 21 days ago and not delivered",
    ),
    ("order.note", "info", {"text": "Called the customer.", "author": "a@b"}, "Called the customer."),
    ("order.provider_status", "info", PRINTIFY | {"status": "painted-green"}, "Printify says: painted-green"),
    ("order.provider_issue", "warning", PRINTIFY | {"status": "has-issues"}, "Printify reports a problem: has-issues"),
    ("provider.disconnected", "error", PRINTIFY, "Printify has disconnected the shop"),
    (
        "webhook.failed",
        "error",
        {"provider": "stripe", "type": "charge.refunded", "reason": "no amount"},
        "A message from Stripe (charge.refunded) couldn't be handled: no amount",
    ),
    (
        "webhook.recovered",
        "info",
        {"provider": "stripe", "type": "charge.refunded"},
        "A message from Stripe (charge.refunded) was handled after all",
    ),
]


@pytest.mark.parametrize(("key", "level", "payload", "sentence"), SENTENCES)
def test_an_event_says(key: str, level: str, payload: dict[str, Any], sentence: str) -> None:
    event_type = EVENT_TYPES[key]

    assert (event_type.level, event_type.say(payload)) == (level, sentence)
    assert str(event_type.label)


def test_every_event_type_has_its_sentence_here() -> None:
    assert {key for key, *_ in SENTENCES} == set(EVENT_TYPES)
    assert all(len(key) <= MAX_EVENT_TYPE and each.level in Level for key, each in EVENT_TYPES.items())


def test_what_is_mended_exists_and_needs_attention() -> None:
    for event_type in EVENT_TYPES.values():
        for mend in event_type.mends:
            assert EVENT_TYPES[mend.event_type].level != Level.INFO
            told = set(EVENT_TYPES[mend.event_type].about) - set(mend.told)
            assert told <= set(event_type.about), f"{event_type.key} can't tell which {mend.event_type} it ends"


NAMES = sorted({name for _, _, payload, _ in SENTENCES for name in payload})
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(payload=st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=6))
def test_no_payload_breaks_a_sentence(payload: dict[str, Any]) -> None:
    for key, event_type in EVENT_TYPES.items():
        assert isinstance(event_type.say(payload), str)
        assert event_type.fingerprint(None, payload).startswith(key)
