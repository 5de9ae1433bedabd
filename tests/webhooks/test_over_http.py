"""Webhooks over real HTTP: fifty deliveries of one message at once, to a web server of its own."""

import http.client
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from urllib.parse import urlsplit

import pytest

from apps.orders import feed
from apps.orders.models import Order
from apps.webhooks import processing
from apps.webhooks.models import DeliveryStatus, WebhookDelivery
from tests import running
from tests.orders.deliveries import session
from tests.orders.factories import NOON, open_order
from tests.threads import at_once
from tests.webhooks import signing

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

DELIVERIES = 50


@pytest.fixture
def site(committed: None, tmp_path: Path) -> Iterator[str]:
    secrets = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": signing.STRIPE_SECRET}
    with running.web(tmp_path / "web.log", running.environment(**secrets)) as address:
        yield address


def post_at_once(site: str, requests: list[tuple[bytes, Mapping[str, str]]]) -> list[int]:
    """Posts all of them from as many threads, each on a connection of its own; the statuses."""
    start = Barrier(len(requests))

    def post(request: tuple[bytes, Mapping[str, str]]) -> int:
        with closing(http.client.HTTPConnection(urlsplit(site).netloc, timeout=60)) as browser:
            browser.connect()
            start.wait(timeout=60)
            browser.request("POST", "/webhooks/stripe/", request[0], {"Content-Type": "application/json", **request[1]})
            return browser.getresponse().status

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(post, requests))


def message_about(order: Order) -> bytes:
    return json.dumps(
        {
            "id": "evt_1",
            "object": "event",
            "type": "checkout.session.completed",
            "created": int(NOON.timestamp()),
            "data": {"object": session(order)},
        }
    ).encode()


def test_fifty_deliveries_at_once_are_fifty_thanks_one_row_and_one_effect(site: str) -> None:
    order = open_order()
    body = message_about(order)

    statuses = post_at_once(site, [(body, signing.stripe_headers(body))] * DELIVERIES)

    assert statuses == [200] * DELIVERIES
    delivery = WebhookDelivery.objects.get()
    outcomes = at_once(8, lambda _: processing.process(delivery.pk))
    assert outcomes.errors == []
    assert outcomes.answers.count(DeliveryStatus.PROCESSED) == 1
    assert [entry.event_type for entry in feed.list_for_order(order)] == ["order.created"]


def test_wrong_signatures_at_once_are_refused_and_store_nothing(site: str) -> None:
    body = message_about(open_order())
    wrong: list[Mapping[str, str]] = [
        {},
        signing.stripe_headers(body, secret="whsec_of_someone_else"),
        signing.stripe_headers(body, age_s=400),
        signing.stripe_headers(body + b" "),
    ]

    statuses = post_at_once(site, [(body, headers) for headers in wrong * 5])

    assert statuses == [400] * 20
    assert not WebhookDelivery.objects.exists()


def test_a_broker_that_is_down_costs_nothing(committed: None, tmp_path: Path) -> None:
    secrets = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": signing.STRIPE_SECRET}
    nowhere = running.environment(**secrets, REDIS_URL=f"unix://{tmp_path}/nobody.sock")
    body = message_about(open_order())

    with running.web(tmp_path / "web.log", nowhere) as address:
        assert post_at_once(address, [(body, signing.stripe_headers(body))]) == [200]

    assert WebhookDelivery.objects.get().status == DeliveryStatus.RECEIVED
