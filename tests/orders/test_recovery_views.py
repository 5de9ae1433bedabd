"""Where a reminder's links lead: back to the cart in any browser, and to no more reminders."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.orders import carts, reminders
from apps.orders.cart_links import no_reminders_path, return_path
from apps.orders.carts import Shopper
from apps.orders.models import Cart
from tests.factories import PASSWORD
from tests.orders.factories import NOON
from tests.orders.wares import left_cart, poster

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
STOP = no_reminders_path("guest@example.com")


@pytest.fixture
def cart() -> Cart:
    return left_cart(poster())


def test_opening_the_link_shows_the_cart_and_takes_nothing(cart: Cart, client: Client) -> None:
    shown = client.get(return_path(cart.pk)).content.decode()

    assert "Poster" in shown
    assert "£26.00" in shown
    assert Cart.objects.open().get() == cart
    assert "Your cart is empty" in client.get("/cart/").content.decode()


def test_a_guest_goes_on_in_another_browser_and_the_old_one_has_it_no_longer(cart: Cart, client: Client) -> None:
    answer = client.post(return_path(cart.pk))

    assert answer["Location"] == "/cart/"
    assert "Poster" in client.get("/cart/").content.decode()
    assert carts.open_cart(Shopper(None, cart.session_key)) is None
    assert Cart.objects.open().get().merged.get() == cart


def test_it_comes_beside_what_is_in_the_cart_already(cart: Cart, client: Client) -> None:
    other = poster("A2")
    client.post(f"/shop/{other.product_id}/", {"variant": other.pk, "quantity": 1})

    client.post(return_path(cart.pk))

    assert Cart.objects.open().get().lines.count() == 2


def test_the_browser_that_left_it_goes_straight_there(client: Client) -> None:
    variant = poster()
    client.post(f"/shop/{variant.product_id}/", {"variant": variant.pk, "quantity": 1})

    assert client.get(return_path(Cart.objects.get().pk))["Location"] == "/cart/"


def test_who_is_signed_in_gets_a_guests_cart_into_their_own(cart: Cart, owner: User, browser_of: BrowserOf) -> None:
    browser_of(owner).post(return_path(cart.pk))

    assert Cart.objects.open().get().user == owner


def test_a_persons_cart_waits_for_that_person(owner: User, stranger: User, browser_of: BrowserOf) -> None:
    path = return_path(left_cart(poster(), user=owner).pk)

    assert Client().get(path)["Location"] == "/accounts/login/?next=/cart/"
    assert browser_of(owner).get(path)["Location"] == "/cart/"
    assert browser_of(stranger).post(path).status_code == 404


def test_signing_in_leads_to_the_cart(owner: User, client: Client) -> None:
    path = return_path(left_cart(poster(), user=owner).pk)
    sign_in = client.get(path)["Location"]

    shown = client.post(sign_in, {"login": "owner@example.com", "password": PASSWORD}, follow=True).content.decode()

    assert "Poster" in shown


def test_what_was_ordered_says_so(cart: Cart, client: Client) -> None:
    Cart.objects.update(closed_at=NOON + timedelta(hours=1))

    assert "has been ordered" in client.get(return_path(cart.pk), follow=True).content.decode()


@pytest.mark.parametrize("tampered", ["x", "0" * 32, f"{'0' * 32}.abc", "%00"])
@pytest.mark.parametrize("page", ["back", "no-reminders"])
def test_a_link_that_we_did_not_make_leads_nowhere(page: str, tampered: str, client: Client) -> None:
    assert client.get(f"/cart/{page}/{tampered}/").status_code == 404


def test_one_links_token_does_not_open_the_other(cart: Cart, client: Client) -> None:
    token = return_path(cart.pk).split("/")[-2]

    assert client.get(f"/cart/no-reminders/{token}/").status_code == 404


def test_reminders_stop_at_the_button_and_go_on_again(client: Client) -> None:
    digest = reminders.digest_of("guest@example.com")
    assert "remind me any more" in client.get(STOP).content.decode()
    assert not reminders.are_stopped(digest)

    assert "won’t remind you" in client.post(STOP).content.decode()
    assert reminders.are_stopped(digest)

    client.post(STOP, {"act": "resume"})
    assert not reminders.are_stopped(digest)


def test_the_mail_programs_own_button_needs_no_page_before_it() -> None:
    answer = Client(enforce_csrf_checks=True).post(STOP, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert reminders.are_stopped(reminders.digest_of("GUEST@example.com"))
    assert "guest@example.com" not in STOP
