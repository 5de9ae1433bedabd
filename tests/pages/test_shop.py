"""The shop in a real browser: a picture is chosen and seen, a removal undone, and nothing is wrong for anybody."""

from collections.abc import Iterator

from playwright.sync_api import Browser, Page, expect

from apps.orders.cart_links import no_reminders_path, return_path
from apps.orders.models import Variant
from tests.conftest import SignedIn
from tests.factories import UserFactory
from tests.orders.wares import bought_poster, left_cart, picture_of, pictured, poster
from tests.pages.accessibility import Screen
from tests.pages.conftest import BesideTheBrowser, Screenshot
from tests.running import SESSION_COOKIE


def set_up_a_buyer() -> tuple[str, str]:
    """Someone with a picture and an order, before a shop with a poster; their session, and where their order is."""
    user = UserFactory.create(email="buyer@example.com")
    picture_of(user)
    variant = poster()
    pictured(variant.product)
    order = bought_poster(user, variant)
    return str(SignedIn(user).session.session_key), f"/orders/{order.pk}/"


def set_up_a_left_cart() -> tuple[str, str]:
    """Where the links of a reminder lead."""
    return return_path(left_cart(Variant.objects.get()).pk), no_reminders_path("guest@example.com")


def sign_in(page: Page, site: str, session: str) -> None:
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": site}])


def test_a_picture_is_chosen_seen_and_put_into_the_cart(
    page: Page, site: str, console: list[str], screenshot: Screenshot, beside_the_browser: BesideTheBrowser
) -> None:
    session, _ = beside_the_browser(set_up_a_buyer)
    sign_in(page, site, session)

    page.goto(f"{site}/gallery/")
    page.locator(".tile a").first.click()
    page.get_by_role("link", name="Order a print").click()
    page.get_by_role("link", name="Poster").click()
    expect(page.get_by_alt_text("Your image, as it will be printed")).to_be_visible()
    page.get_by_role("radio", name="As pictured").check(force=True)
    expect(page.get_by_alt_text("Your image, as it will be printed")).to_have_count(0)
    page.get_by_role("radio", name="Your image 1").check(force=True)
    expect(page.get_by_alt_text("Your image, as it will be printed")).to_be_visible()
    screenshot("product")
    page.get_by_role("button", name="Add to cart").click()

    expect(page.get_by_text("A3, with your image")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Your cart is empty")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Pay £26.00")).to_be_visible()
    screenshot("cart")
    assert console == []


def test_the_shops_pages_have_nothing_that_axe_finds(
    on_screens: Iterator[Screen], site: str, beside_the_browser: BesideTheBrowser
) -> None:
    session, order = beside_the_browser(set_up_a_buyer)
    reminded = beside_the_browser(set_up_a_left_cart)
    for screen in on_screens:
        page = screen.page
        sign_in(page, site, session)
        page.goto(f"{site}/shop/")
        screen.assert_accessible("shop")
        page.get_by_role("link", name="Poster").click()
        page.wait_for_url("**/shop/*-*/")
        screen.assert_accessible("product")
        page.get_by_role("button", name="Add to cart").click()
        for path in (
            "/cart/",
            order,
            "/orders/",
            "/credits/",
            "/credits/plan/",
            "/credits/bought/?session=x",
            *reminded,
        ):
            page.goto(f"{site}{path}")
            screen.assert_accessible(path)


def test_everything_works_without_scripts(browser: Browser, site: str, beside_the_browser: BesideTheBrowser) -> None:
    session, _ = beside_the_browser(set_up_a_buyer)
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, site, session)

    page.goto(f"{site}/shop/")
    page.get_by_role("link", name="Poster").click()
    page.get_by_role("radio", name="Your image 1").check(force=True)
    page.get_by_role("button", name="Show how it looks").click()
    expect(page.get_by_alt_text("Your image, as it will be printed")).to_be_visible()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_label("Quantity of Poster").fill("3")
    page.get_by_role("button", name="Update").click()

    expect(page.get_by_role("button", name="Pay £78.00")).to_be_visible()
    page.context.close()
