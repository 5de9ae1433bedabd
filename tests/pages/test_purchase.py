"""A newcomer without any keys buys a print: the shop, the sandbox and all between, in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import running
from tests.pages.conftest import Screenshot
from tests.sandbox.stage import Sandbox, running_sandbox

EMAIL = "newcomer@example.com"


@pytest.fixture
def sandbox(tmp_path: Path, django_db_setup: None) -> Iterator[Sandbox]:
    """The product with worker, schedule and sandbox, on a database of its own."""
    with (
        running_sandbox(tmp_path, tells_the_product=True) as started,
        running.worker(tmp_path / "worker.log", started.environment),
        running.beat(tmp_path / "beat.log", started.environment, tmp_path / "schedule"),
    ):
        yield started


def test_a_declined_card_costs_nothing_and_a_bought_print_is_followed_to_the_door(
    page: Page, sandbox: Sandbox, console: list[str], screenshot: Screenshot
) -> None:
    sandbox.hurry()
    put_in_cart(page, sandbox)
    check_out(page)
    screenshot("checkout")
    page.get_by_role("button", name="Have the card declined").click()
    expect(page.get_by_text("The card was declined")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Cart")).to_be_visible()

    check_out(page)
    page.get_by_role("button", name="by card").click()
    expect(page.get_by_role("heading", name="Order SS-")).to_be_visible()
    expect(page.get_by_text(f"News of it goes to {EMAIL}")).to_be_visible()
    expect(page.get_by_text("1 Sandbox Lane")).to_be_visible()

    running.wait_until(lambda: page.reload() and not page.get_by_text("to come").count(), "everything has come")
    expect(page.get_by_role("status").get_by_text("Delivered")).to_be_visible()
    screenshot("delivered")
    assert sandbox.count("activity_log WHERE event_type = 'order.created'") == 1
    assert sandbox.count("activity_log WHERE event_type = 'order.delivered'") == 1
    assert console == []


def check_out(page: Page) -> None:
    """To the payment page."""
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_role("button", name="Pay £").click()
    expect(page.get_by_text("Nobody is charged")).to_be_visible()


def put_in_cart(page: Page, sandbox: Sandbox) -> None:
    """A framed print, as soon as the shop has been filled."""
    shop = f"{sandbox.address}/shop/"
    running.wait_until(
        lambda: page.goto(shop) and page.get_by_role("link", name="Framed print").count(), "shop is full"
    )
    page.get_by_role("link", name="Framed print").click()
    page.get_by_role("button", name="Add to cart").click()
    page.goto(f"{sandbox.address}/cart/")
