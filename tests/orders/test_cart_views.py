"""The cart in the browser: changed, emptied, undone, and taken along when signing in."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.orders.models import Cart, CartLine, Variant
from tests.factories import PASSWORD
from tests.orders.wares import poster

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]


def put_in(browser: Client, variant: Variant, quantity: int = 1) -> CartLine:
    browser.post(f"/shop/{variant.product_id}/", {"variant": variant.pk, "quantity": quantity})
    return CartLine.objects.get(variant=variant, cart__closed_at=None)


def test_an_empty_cart_leads_to_the_shop(client: Client) -> None:
    shown = client.get("/cart/").content.decode()

    assert "Your cart is empty" in shown
    assert not Cart.objects.exists()


def test_a_quantity_is_changed(client: Client) -> None:
    line = put_in(client, poster())

    shown = client.post(f"/cart/lines/{line.pk}/", {"quantity": 3}, follow=True).content.decode()

    assert "£78.00" in shown
    assert client.session["cart_count"] == 3


@pytest.mark.parametrize("quantity", ["0", "100", "many", ""])
def test_a_quantity_that_makes_no_sense_changes_nothing(client: Client, quantity: str) -> None:
    line = put_in(client, poster())

    shown = client.post(f"/cart/lines/{line.pk}/", {"quantity": quantity}, follow=True).content.decode()

    assert "From 1 to 99" in shown
    assert CartLine.objects.get().quantity == 1


def test_what_is_removed_can_be_put_back_at_once(client: Client) -> None:
    line = put_in(client, poster(), 2)

    shown = client.post(f"/cart/lines/{line.pk}/remove/", follow=True).content.decode()
    assert "Removed Poster, A3." in shown
    assert "Your cart is empty" in shown

    shown = client.post("/cart/undo/", follow=True).content.decode()
    assert "Removed" not in shown
    assert "£52.00" in shown


def test_a_removal_is_offered_to_be_undone_only_until_the_next_change(client: Client) -> None:
    first, second = put_in(client, poster()), put_in(client, poster("A2"))
    client.post(f"/cart/lines/{first.pk}/remove/")

    client.post(f"/cart/lines/{second.pk}/", {"quantity": 2})

    assert "Undo" not in client.get("/cart/").content.decode()
    client.post("/cart/undo/")
    assert CartLine.objects.count() == 1


def test_a_strangers_line_stays_as_it_is(client: Client, stranger: User, browser_of: BrowserOf) -> None:
    line, other = put_in(client, poster()), browser_of(stranger)
    put_in(other, poster("A2"))

    other.post(f"/cart/lines/{line.pk}/", {"quantity": 9})
    other.post(f"/cart/lines/{line.pk}/remove/")

    assert CartLine.objects.get(pk=line.pk).quantity == 1


def test_what_can_no_longer_be_bought_is_said(client: Client) -> None:
    put_in(client, poster())
    Variant.objects.update(is_available=False)

    assert "No longer available" in client.get("/cart/").content.decode()


def test_signing_in_takes_the_cart_along(client: Client, owner: User, browser_of: BrowserOf) -> None:
    variant = poster()
    put_in(browser_of(owner), variant)
    client.post(f"/shop/{variant.product_id}/", {"variant": variant.pk, "quantity": 2})

    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    shown = client.get("/cart/").content.decode()

    assert "£78.00" in shown
    assert Cart.objects.open().get().user == owner


def test_the_cart_costs_the_same_however_much_is_in_it(
    owner: User, browser_of: BrowserOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(owner)
    for title in ("A2", "A3", "A4"):
        put_in(browser, poster(title))
    browser.get("/cart/")

    with django_assert_num_queries(5):
        browser.get("/cart/")
