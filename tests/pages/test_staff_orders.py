"""The staff's pages about orders and the log in a real browser: by mouse, by keyboard alone, and without scripts."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.orders import operations
from apps.orders.log import log_event
from apps.orders.models import Order
from tests.orders.factories import open_order
from tests.orders.staff.past import ago, delivered_order, troubled_order
from tests.pages.accessibility import Screen
from tests.pages.conftest import BesideTheBrowser, Screenshot
from tests.pages.test_staff import sign_in, staff_session

FEED = "/admin/activity/"
ATTENTION = f"{FEED}?tab=attention"


class Shop(NamedTuple):
    """An order that went well, and one in trouble."""

    well: Order
    troubled: Order


def give_orders() -> Shop:
    """Some orders, a sync that failed a hundred times, and orders of which nobody paid."""
    shop = Shop(delivered_order(email="ada@example.com"), troubled_order(email="grace@example.com"))
    for number in range(100):
        payload = {"provider": "printful", "reason": "API rate limit exceeded"}
        log_event("sync.failed", payload=payload, occurred_at=ago(minutes=150 - number))
    for number in range(60):
        log_event("order.note", order=open_order(), payload={"text": f"Note {number}"}, occurred_at=ago(hours=number))
    return shop


@pytest.fixture
def shop(beside_the_browser: BesideTheBrowser, site: str) -> Shop:
    found: Shop = beside_the_browser(give_orders)
    return found


@pytest.fixture
def staff(page: Page, site: str, shop: Shop, beside_the_browser: BesideTheBrowser) -> Page:
    """A page on which someone of the staff is signed in."""
    sign_in(page, site, beside_the_browser(staff_session))
    return page


def test_what_needs_attention_is_worked_through_by_keyboard_and_by_selection(
    staff: Page, site: str, console: list[str], screenshot: Screenshot
) -> None:
    staff.goto(site + ATTENTION)
    badge = staff.get_by_role("navigation", name="Admin").locator(".staff-badge")
    expect(badge).to_have_text("99+ need attention")
    rows = staff.locator(".feed-row")
    sync = rows.filter(has_text="×100")
    expect(sync).to_contain_text("Product sync failed")
    screenshot("staff-attention")

    for _ in range(rows.count()):
        staff.keyboard.press("j")
    for _ in range(rows.count()):
        if "×100" in (rows.filter(has=staff.locator(":focus")).text_content() or ""):
            break
        staff.keyboard.press("k")
    staff.keyboard.press("r")
    expect(sync).to_contain_text("Resolved by staff@example.com")
    expect(staff.get_by_role("status").filter(has_text="Resolved 100.")).to_be_visible()
    expect(badge).not_to_contain_text("99+")
    expect(staff.locator("#open-count")).not_to_contain_text("99+")
    expect(sync.locator(".feed-link")).to_be_focused()
    screenshot("staff-resolved")
    staff.keyboard.press("u")
    expect(sync.get_by_role("button", name="Resolve")).to_be_visible()
    expect(badge).to_have_text("99+ need attention")

    staff.get_by_label("Select all shown").check()
    staff.get_by_role("button", name="Resolve what is selected").click()
    expect(staff.locator(".feed-row.open")).to_have_count(0)
    expect(staff.get_by_role("button", name="Resolve what is selected")).to_be_hidden()
    staff.locator("#said").get_by_role("button", name="Undo").click()
    expect(staff.locator(".feed-row.settled")).to_have_count(0)

    staff.keyboard.press("?")
    expect(staff.get_by_role("dialog", name="Keyboard")).to_be_visible()
    screenshot("staff-keys")
    staff.keyboard.press("Escape")
    expect(staff.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    asked: list[str] = []
    staff.on("request", lambda request: asked.append(request.url))
    staff.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    staff.evaluate("htmx.trigger(document.body, 'attention-changed')")
    staff.wait_for_function("() => true")
    assert asked == []  # nothing is asked for while nobody looks
    rows.filter(has=staff.locator(".feed-order a")).first.locator(".feed-link").focus()
    staff.keyboard.press("Enter")
    staff.wait_for_url("**/admin/orders/**")
    assert console == []


def test_from_the_feed_to_an_order_and_what_is_done_there(
    staff: Page, site: str, console: list[str], shop: Shop, screenshot: Screenshot, beside_the_browser: BesideTheBrowser
) -> None:
    staff.goto(site + FEED)
    expect(staff.locator(".feed-row")).to_have_count(50)
    staff.get_by_role("link", name="Load more").click()
    expect(staff.locator(".feed-row")).to_have_count(100)
    staff.get_by_label("Text").fill("stock")
    staff.keyboard.press("Enter")
    expect(staff.locator(".feed-row")).to_have_count(2)
    assert staff.url == f"{site}{FEED}?q=stock"
    for box in staff.locator(".feed-check").all():
        box.check()
    staff.get_by_role("button", name="Resolve what is selected").click()
    expect(staff.locator(".feed-row.settled")).to_have_count(2)
    staff.locator(".feed-row").first.get_by_role("button", name="Undo").click()
    expect(staff.locator(".feed-row.open")).to_have_count(2)  # an act is taken back as a whole
    staff.get_by_label("Level").select_option("warning")
    expect(staff.get_by_text("Nothing matches these filters")).to_be_visible()
    staff.go_back()
    expect(staff.locator(".feed-row")).to_have_count(2)
    staff.locator(".feed-order a").first.click()

    expect(staff.get_by_role("heading", name=f"Order {shop.troubled.number}")).to_be_visible()
    screenshot("staff-order-troubled")
    comment = staff.get_by_label("Comment")
    comment.fill("Rang the supp")
    bounce = staff.locator(".story-line", has_text="Email bounced")
    bounce.get_by_role("button", name="Resolve").click()
    expect(bounce).to_contain_text("Resolved by staff@example.com")
    staff.locator(".story-line.open").get_by_role("button", name="Submit again").click()
    expect(staff.get_by_role("status").filter(has_text="Submitting again")).to_be_visible()
    expect(
        staff.get_by_text(re.compile(r"Submission retried — attempt \d of \d \(by staff@example.com\)"))
    ).to_be_visible()

    beside_the_browser(lambda: operations.cancel(shop.troubled.pk, at=ago(), reason="no stock"))
    expect(staff.get_by_text("Order cancelled: no stock")).to_be_visible()
    expect(comment).to_have_value("Rang the supp")
    assert "every" not in (staff.locator("#order-live").get_attribute("hx-trigger") or "")
    comment.press("End")
    comment.type("lier: none left.")
    staff.get_by_role("button", name="Add comment").click()
    expect(staff.locator(".story-line").last).to_contain_text("Rang the supplier: none left.")

    staff.goto(f"{site}/admin/orders/")
    staff.get_by_label("Number, e-mail or provider’s ID").fill("ADA@ex")
    staff.keyboard.press("Enter")
    expect(staff.locator(".orders tbody tr")).to_have_count(1)
    staff.get_by_role("link", name=shop.well.number).click()
    expect(staff.get_by_text("Shipped via DHL")).to_be_visible()
    assert console == []


@pytest.fixture
def without_scripts(browser: Browser, site: str, beside_the_browser: BesideTheBrowser) -> Iterator[Page]:
    """A page of a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(60_000)
    page = context.new_page()
    sign_in(page, site, beside_the_browser(staff_session))
    yield page
    context.close()


def test_everything_works_without_scripts(without_scripts: Page, site: str, shop: Shop) -> None:
    page = without_scripts
    page.goto(site + FEED)
    page.get_by_label("Level").select_option("error")
    page.get_by_role("button", name="Apply").click()
    assert "level=error" in page.url
    page.get_by_role("link", name="Load more").click()
    page.goto(site + ATTENTION)
    page.locator(".feed-check").first.check()
    page.get_by_role("button", name="Resolve what is selected").click()
    expect(page.locator("#said")).to_contain_text("Resolved")
    assert page.url == site + ATTENTION
    page.locator("#said").get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text("open again")

    page.goto(f"{site}/admin/orders/{shop.troubled.pk}/")
    page.get_by_label("Comment").fill("By hand")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator(".story-line").last).to_contain_text("By hand")
    page.get_by_role("button", name="Resolve all").click()
    expect(page.locator(".story-line.open")).to_have_count(0)


def test_no_page_has_anything_that_axe_finds(
    on_screens: Iterator[Screen], site: str, shop: Shop, beside_the_browser: BesideTheBrowser
) -> None:
    session = beside_the_browser(staff_session)
    paths = (
        FEED, ATTENTION, f"{FEED}?q=nothing", "/admin/orders/", "/admin/orders/?q=nobody",
        f"/admin/orders/{shop.well.pk}/", f"/admin/orders/{shop.troubled.pk}/",
    )  # fmt: skip
    for screen in on_screens:
        sign_in(screen.page, site, session)
        for path in paths:
            screen.page.goto(site + path)
            screen.assert_accessible(path)
