"""Events whose webhooks never came are read from Stripe's list and go through the same inbox."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from apps.common.providers import ProviderError
from apps.webhooks import inbox, missed, tasks
from apps.webhooks.inbox import Envelope
from apps.webhooks.models import EventReading, WebhookDelivery
from apps.webhooks.registry import Handler
from tests.http_stand_in import Answer, StandIn
from tests.orders.deliveries import session
from tests.orders.factories import NOON, open_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stripe(settings: LazySettings) -> Iterator[StandIn]:
    with StandIn().running() as running:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", running.url
        yield running


def event(number: int, event_type: str = "test.happened", about: Any = None) -> dict[str, Any]:
    created = int(NOON.timestamp()) + number
    data = {"object": about or {"id": f"thing_{number}"}}
    return {"id": f"evt_{number}", "object": "event", "type": event_type, "created": created, "data": data}


def page(*events: dict[str, Any], has_more: bool = False) -> Answer:
    return Answer({"object": "list", "data": list(events), "has_more": has_more, "url": "/v1/events"})


def read_until_noon() -> None:
    EventReading.objects.create(provider="stripe", read_until=NOON)


def test_what_isnt_here_is_stored_and_what_is_here_stays_one(
    stripe: StandIn, handled_by: Callable[[Handler], None]
) -> None:
    handled_by(lambda _: True)
    read_until_noon()
    here = event(1)
    inbox.store(provider="stripe", envelope=Envelope("evt_1", here["type"]), body=json.dumps(here).encode(), headers={})
    stripe.answering(page(event(3), event(2), has_more=True), page(here))

    assert missed.fetch_missed(NOON + timedelta(minutes=20)) == 2

    assert sorted(WebhookDelivery.objects.values_list("event_id", flat=True)) == ["evt_1", "evt_2", "evt_3"]
    first, second = stripe.asked
    assert (first.query["created[gte]"], first.query["limit"]) == (str(int(NOON.timestamp()) - 600), "100")
    assert "test.happened" in first.query.values()
    assert second.query["starting_after"] == "evt_2"


def test_the_next_reading_begins_where_the_last_one_ended(stripe: StandIn) -> None:
    stripe.answering(*[page()] * 4)
    missed.fetch_missed(NOON)
    assert len(stripe.asked) == 3, "three days, a day at a time"

    missed.fetch_missed(NOON + timedelta(minutes=10))

    assert stripe.asked[3].query["created[gte]"] == str(int(NOON.timestamp()) - 600)


def test_a_long_absence_is_made_up_for_as_far_as_stripe_remembers(stripe: StandIn) -> None:
    EventReading.objects.create(provider="stripe", read_until=NOON - timedelta(days=400))
    stripe.answering(*[page()] * 30)

    missed.fetch_missed(NOON)

    assert len(stripe.asked) == 30


def test_what_was_read_before_stripe_failed_isnt_read_again(stripe: StandIn) -> None:
    EventReading.objects.create(provider="stripe", read_until=NOON - timedelta(days=2))
    down = Answer({"error": {"message": "down"}}, 503, {"Stripe-Should-Retry": "false"})
    stripe.answering(page(), down)

    with pytest.raises(ProviderError):
        missed.fetch_missed(NOON)

    assert EventReading.objects.get().read_until == NOON - timedelta(days=1)
    stripe.answering(down)
    tasks.fetch_missed()


def test_without_a_key_nobody_is_asked(settings: LazySettings, stripe: StandIn) -> None:
    settings.STRIPE_SECRET_KEY = ""

    assert missed.fetch_missed(NOON) == 0
    assert stripe.asked == []


def test_an_order_whose_payment_nobody_told_of_is_placed(stripe: StandIn) -> None:
    order = open_order()
    read_until_noon()
    stripe.answering(page(event(1, "checkout.session.completed", session(order))))

    missed.fetch_missed(NOON + timedelta(minutes=20))
    tasks.process(str(WebhookDelivery.objects.get().pk))

    order.refresh_from_db()
    assert order.paid_at == NOON + timedelta(seconds=1)


def test_a_clock_that_ran_ahead_and_was_set_back_leaves_no_gap(stripe: StandIn) -> None:
    EventReading.objects.create(provider="stripe", read_until=NOON + timedelta(hours=1))
    stripe.answering(page(event(1)))

    assert missed.fetch_missed(NOON + timedelta(minutes=5)) == 1

    assert stripe.asked[0].query["created[gte]"] == str(int((NOON - timedelta(minutes=15)).timestamp()))
    assert EventReading.objects.get().read_until == NOON + timedelta(minutes=5)
