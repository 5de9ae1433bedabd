"""A customer's own orders: theirs alone, in plain words, and for guests behind a link that nobody can guess."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.orders import operations
from apps.orders.guest_links import order_id_of, order_path, token_of
from apps.orders.models import Order
from apps.orders.operations import LineWish
from apps.orders.operations.fulfilment import Parcel
from tests.orders.deliveries import later
from tests.orders.factories import NOON, paid_order
from tests.orders.wares import poster

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]


def bought_by(user: User | None, lines: int = 1) -> Order:
    return paid_order(user=user, lines=[LineWish(poster(f"A{n}"), 1) for n in range(lines)])


def shown_to(browser: Client, order: Order) -> str:
    return str(browser.get(order_path(order)).content.decode())


def test_the_list_has_ones_own_paid_orders(owner: User, stranger: User, browser_of: BrowserOf) -> None:
    mine, other = bought_by(owner), bought_by(stranger)

    shown = browser_of(owner).get("/orders/").content.decode()

    assert mine.number in shown
    assert other.number not in shown


def test_the_list_goes_on_where_it_stopped(owner: User, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.orders.customer_orders.PAGE", 2)
    numbers = [bought_by(owner).number for _ in range(3)]
    browser = browser_of(owner)

    first = browser.get("/orders/")
    more = browser.get(first.context["next_url"], headers={"HX-Request": "true", "HX-Target": "more"})

    assert [order.number for order in first.context["orders"]] == numbers[:0:-1]
    assert numbers[0] in more.content.decode()
    assert "<html" not in more.content.decode()


def test_nonsense_for_a_cursor_begins_anew(owner: User, browser_of: BrowserOf) -> None:
    assert browser_of(owner).get("/orders/?cursor=nonsense")["Location"] == "/orders/"


def test_a_stranger_never_sees_an_order(owner: User, stranger: User, browser_of: BrowserOf, client: Client) -> None:
    order = bought_by(owner)

    assert browser_of(stranger).get(f"/orders/{order.pk}/").status_code == 404
    assert client.get(f"/orders/{order.pk}/")["Location"].startswith("/accounts/login/")
    assert client.get(f"/orders/guest/{token_of(order.pk)}/").status_code == 404


def test_a_guests_link_opens_the_order_and_no_other_link_does(client: Client) -> None:
    order = bought_by(None)
    token = token_of(order.pk)

    assert order.number in shown_to(client, order)
    assert order_id_of(token) == order.pk
    for wrong in (token[:-1], f"{'0' * 32}{token[32:]}", token[:32], "x"):
        assert client.get(f"/orders/guest/{wrong}/").status_code == 404


def test_progress_is_told_step_by_step(owner: User, browser_of: BrowserOf) -> None:
    order, browser = bought_by(owner), browser_of(owner)
    assert "to come" in shown_to(browser, order)

    operations.record_production(order.pk, at=later(1))
    operations.record_shipment(order.pk, Parcel("1Z999", "DHL", "https://track.example/1Z999"), at=later(2))
    shown = shown_to(browser, order)
    assert 'href="https://track.example/1Z999"' in shown
    assert "DHL · 1Z999" in shown

    operations.record_delivery(order.pk, at=later(3))
    shown = shown_to(browser, order)
    assert "to come" not in shown
    assert "Delivered" in shown
    assert "every 20s" not in shown


def test_a_refund_and_a_cancellation_are_said_plainly(owner: User, browser_of: BrowserOf) -> None:
    order, browser = bought_by(owner), browser_of(owner)

    operations.record_refund(order.pk, total_minor=1000, before_minor=0, at=NOON)
    assert "£10.00 was given back." in shown_to(browser, order)

    operations.cancel(order.pk, at=NOON)
    operations.record_refund(order.pk, total_minor=2600, before_minor=1000, at=NOON)
    shown = shown_to(browser, order)
    assert "This order was cancelled." in shown
    assert "The whole amount, £26.00, was given back." in shown


def test_what_is_for_the_staff_only_stays_with_them(owner: User, browser_of: BrowserOf) -> None:
    order, browser = bought_by(owner), browser_of(owner)
    Order.objects.update(fulfilment_error="insufficient stock for M Black", provider_status="on-hold")

    shown = shown_to(browser, order)

    assert "insufficient" not in shown
    assert "on-hold" not in shown


def test_an_order_that_was_not_paid_says_so(owner: User, browser_of: BrowserOf) -> None:
    order = operations.open_order(email="o@example.com", user=owner, lines=[LineWish(poster(), 1)], now=NOON)
    operations.record_expiry(order.pk, at=later(24))

    assert "Nothing was charged" in shown_to(browser_of(owner), order)


def test_an_order_costs_the_same_however_much_is_in_it(
    owner: User, browser_of: BrowserOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order, browser = bought_by(owner, lines=4), browser_of(owner)

    with django_assert_num_queries(9):
        shown_to(browser, order)


def test_the_list_costs_the_same_however_long_it_is(
    owner: User, browser_of: BrowserOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        bought_by(owner)
    browser = browser_of(owner)

    with django_assert_num_queries(4):
        browser.get("/orders/")
