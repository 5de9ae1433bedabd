"""Webhooks on their way: tried again, sent twice, late, in reverse, given up, and sent once more by hand."""

import re

import httpx
import pytest

from tests.running import wait_until
from tests.sandbox.stage import Sandbox, Visitor
from tests.sandbox.test_printify import drafted


@pytest.fixture
def shop(sandbox: Sandbox) -> httpx.Client:
    return sandbox.printify()


def test_what_was_not_taken_comes_again_under_the_same_id(sandbox: Sandbox, shop: httpx.Client) -> None:
    sandbox.listener.answers[:] = [500]
    drafted(shop)
    sandbox.listener.wait_for("order:created", times=2)

    first, second = sandbox.listener.heard
    assert first.body == second.body


def test_a_webhook_can_come_twice(sandbox: Sandbox, shop: httpx.Client) -> None:
    sandbox.prepare(webhook_duplicated=1)
    drafted(shop)
    sandbox.listener.wait_for("order:created", times=2)

    assert len({each.json["id"] for each in sandbox.listener.heard}) == 1


def test_webhooks_can_come_last_first(sandbox: Sandbox, shop: httpx.Client) -> None:
    sandbox.prepare(webhook_reordered=3)
    made = [drafted(shop) for _ in range(3)]
    sandbox.listener.wait_for("order:created", times=3)

    assert [each.json["resource"]["id"] for each in sandbox.listener.heard] == made[::-1]


def test_a_late_webhook_waits_and_the_page_says_until_when(
    sandbox: Sandbox, shop: httpx.Client, visitor: Visitor
) -> None:
    sandbox.prepare(webhook_delayed=1)
    id = drafted(shop)

    page = visitor.get(delivery_of(visitor, id)).text
    assert "Waiting" in page
    assert "Next try" in page
    assert sandbox.listener.heard == []


def test_a_lost_webhook_is_shown_and_can_be_sent_after_all(
    sandbox: Sandbox, shop: httpx.Client, visitor: Visitor
) -> None:
    sandbox.prepare(webhook_lost=1)
    id = drafted(shop)
    page = delivery_of(visitor, id)
    assert "Lost on purpose" in visitor.get(page).text

    visitor.press(page, f"{page}again/")
    assert sandbox.listener.wait_for("order:created").json["resource"]["id"] == id


def test_what_the_product_answered_can_be_read(sandbox: Sandbox, shop: httpx.Client, visitor: Visitor) -> None:
    sandbox.listener.answers[:] = [418]
    id = drafted(shop)
    sandbox.listener.wait_for("order:created", times=1)

    assert id in visitor.get(delivery_of(visitor, id)).text


def test_the_print_provider_gives_up_and_tells_nothing_until_it_is_asked_to(
    sandbox: Sandbox, shop: httpx.Client, visitor: Visitor
) -> None:
    sandbox.listener.answers[:] = [500] * 4
    drafted(shop)
    wait_until(lambda: "gave up" in visitor.get("/sandbox/").text, "it gives up")
    drafted(shop)
    assert sandbox.listener.topics() == ["order:created"] * 4

    visitor.press("/sandbox/", "/sandbox/webhooks/unblock/")
    drafted(shop)
    sandbox.listener.wait_for("order:created", times=5)


def delivery_of(visitor: Visitor, order: str) -> str:
    """The page of the first webhook about an order."""
    found = re.search(r'href="(/sandbox/webhooks/[0-9a-f-]+/)"', visitor.get(f"/sandbox/orders/{order}/").text)
    assert found
    return found[1]
