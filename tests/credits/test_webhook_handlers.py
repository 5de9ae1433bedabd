"""Stripe's events about paid plans, in the shapes of its API, taken in by the inbox and processed."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger
from apps.webhooks.models import DeliveryStatus, WebhookDelivery
from tests.credits.billing import NOW, PERIOD, invoice, subscription
from tests.factories import on_plan
from tests.orders.deliveries import told_by_stripe

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def person(owner: User) -> User:
    """On the free plan, with its 50 credits; Pro and Studio are on sale."""
    for slug in ("pro", "studio"):
        Plan.objects.filter(slug=slug).update(provider_price_id=f"price_{slug}")
    return on_plan(owner)


def tell(event_type: str, about: dict[str, Any], *, days: int = 0) -> DeliveryStatus | None:
    known = WebhookDelivery.objects.count()
    return told_by_stripe(event_type, about, at=NOW + days * DAY, id=f"evt_{known}")


def held_by(person: User) -> Subscription:
    held = active_subscription(person)
    assert held
    return held


def test_a_paid_invoice_begins_the_plan_and_the_next_one_renews_it(person: User) -> None:
    assert tell("invoice.paid", invoice(person)) == DeliveryStatus.PROCESSED
    assert (held_by(person).plan.slug, held_by(person).provider_id) == ("pro", "sub_1")
    assert tell("invoice.paid", invoice(person, number=1)) == DeliveryStatus.PROCESSED
    assert held_by(person).current_period_start == NOW + PERIOD
    assert ledger.balance_of(person.pk) == 50 + 2 * 300


def test_any_order_of_the_same_events_ends_the_same(person: User) -> None:
    paid = [("invoice.paid", invoice(person, number=number)) for number in (0, 1, 2)]
    for order in permutations([*paid, paid[1]]):
        for event_type, about in order:
            tell(event_type, about)
        assert held_by(person).current_period_start == NOW + 2 * PERIOD
        assert ledger.balance_of(person.pk) == 50 + 3 * 300


def test_a_failed_payment_is_past_due_until_it_comes(person: User) -> None:
    tell("invoice.paid", invoice(person))
    assert tell("invoice.payment_failed", invoice(person, number=1)) == DeliveryStatus.PROCESSED
    assert held_by(person).status == "past_due"
    tell("invoice.paid", invoice(person, number=1))
    assert held_by(person).status == "active"


def test_a_first_payment_that_fails_begins_nothing(person: User) -> None:
    assert tell("invoice.payment_failed", invoice(person)) == DeliveryStatus.PROCESSED
    assert tell("customer.subscription.updated", subscription(person, status="incomplete")) == DeliveryStatus.PROCESSED
    expired = subscription(person, status="incomplete_expired")
    assert tell("customer.subscription.deleted", expired) == DeliveryStatus.PROCESSED
    assert held_by(person).plan.slug == "free"


def test_a_cancellation_is_withdrawn_and_made_and_the_end_comes(person: User) -> None:
    tell("invoice.paid", invoice(person))
    tell("customer.subscription.updated", subscription(person, cancel_at_period_end=True), days=1)
    assert held_by(person).ends_with_period
    tell("customer.subscription.updated", subscription(person), days=2)
    assert not held_by(person).ends_with_period
    over = subscription(person, status="canceled", ended_at=int((NOW + 5 * DAY).timestamp()))
    assert tell("customer.subscription.deleted", over, days=6) == DeliveryStatus.PROCESSED
    assert (held_by(person).plan.slug, held_by(person).current_period_start) == ("free", NOW + 5 * DAY)


def test_another_plan_follows_the_rule_of_changes_and_its_shares_begin_no_period(person: User) -> None:
    tell("invoice.paid", invoice(person))
    tell("customer.subscription.updated", subscription(person, plan="studio"), days=15)
    assert held_by(person).plan.slug == "studio"
    shares = invoice(person, plan="studio", billing_reason="subscription_update")
    shares["lines"]["data"][0]["parent"]["subscription_item_details"]["proration"] = True
    assert tell("invoice.paid", shares, days=15) == DeliveryStatus.PROCESSED
    assert ledger.balance_of(person.pk) == 50 + 300 + 850


def test_what_comes_before_the_first_invoice_is_put_off(person: User) -> None:
    for event_type in ("customer.subscription.updated", "customer.subscription.deleted"):
        assert tell(event_type, subscription(person)) == DeliveryStatus.RECEIVED
    assert tell("invoice.payment_failed", invoice(person, number=1)) == DeliveryStatus.RECEIVED


def test_what_is_nobodys_here_is_ignored(person: User) -> None:
    other = subscription(person, metadata={})
    assert tell("customer.subscription.updated", other) == DeliveryStatus.IGNORED
    assert tell("customer.subscription.deleted", other) == DeliveryStatus.IGNORED
    assert tell("invoice.paid", invoice(person, parent=None)) == DeliveryStatus.IGNORED
    assert tell("invoice.payment_failed", invoice(person, parent=None)) == DeliveryStatus.IGNORED


@pytest.mark.parametrize("change", [{"user": "nobody"}, {"user": "00000000-0000-0000-0000-000000000000"}, {"user": 7}])
def test_a_payment_of_somebody_unknown_waits_for_a_person(person: User, change: dict[str, Any]) -> None:
    paid = invoice(person)
    paid["parent"]["subscription_details"]["metadata"] = change
    assert tell("invoice.paid", paid) == DeliveryStatus.FAILED
    assert ledger.balance_of(person.pk) == 50


def test_a_payment_for_what_no_plan_costs_waits_for_a_person(person: User) -> None:
    assert tell("invoice.paid", invoice(person, plan="gone")) == DeliveryStatus.FAILED
    assert "price_gone" in WebhookDelivery.objects.get().error
