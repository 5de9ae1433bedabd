"""The staff's list of orders: found by number, address, status and day; what it costs; what it says it can't apply."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.orders.log import log_event
from apps.orders.models import Order
from apps.orders.staff import order_list
from apps.orders.staff.order_list import OrderFilters
from tests.orders.factories import open_order
from tests.orders.staff.past import SEE_ORDERS, ago, delivered_order, staff_with, troubled_order

pytestmark = pytest.mark.django_db

PAGE = "/admin/orders/"


def found(**filters: object) -> list[str]:
    return [order.email for order in order_list.order_page(OrderFilters(**filters)).orders]  # type: ignore[arg-type]


def test_a_line_says_what_who_when_how_much_and_what_is_open() -> None:
    order = troubled_order(email="<b>anna@example.com")

    page = staff_with(SEE_ORDERS).get(PAGE).text

    assert f'href="/admin/orders/{order.pk}/"' in page
    for words in (order.number, "&lt;b&gt;anna@example.com", "T-shirt", "Paid", "£43.00", "3 need attention"):
        assert words in page


def test_orders_are_found_by_the_beginning_of_number_or_address() -> None:
    anna, annie, ben = (open_order(email=f"{name}@Example.com") for name in ("Anna", "annie", "ben"))

    assert found(text="ann") == [annie.email, anna.email]
    assert found(text="ANNA@example.COM") == [anna.email]
    assert found(text=ben.number) == [ben.email]
    assert found(text=ben.number.lower()[:9]) == [ben.email, annie.email, anna.email]
    assert found(text="SS-000101") == []
    assert found(text="%") == []


def test_orders_are_found_by_the_ids_that_others_gave_them() -> None:
    order = delivered_order()
    open_order()
    Order.objects.filter(pk=order.pk).update(imported_from="#1042")

    for text in (order.printify_id, order.stripe_payment_intent_id, "#1042"):
        assert found(text=text) == [order.email]
    assert found(text=order.printify_id[:6]) == []


def test_orders_are_found_by_status_and_day() -> None:
    delivered_order(email="delivered@example.com")
    open_order(email="today@example.com")
    yesterday = timezone.now() - timedelta(days=1)

    assert found(status="delivered") == ["delivered@example.com"]
    assert found(since=yesterday) == ["today@example.com"]
    assert found(until=yesterday) == ["delivered@example.com"]
    assert found(text="d", status="awaiting_payment") == []
    assert found(text="d", since=yesterday) == []


def test_no_more_addresses_are_looked_at_than_are_bearable() -> None:
    for number in range(order_list.MOST_ADDRESSES + 1):
        open_order(email=f"many{number:02}@example.com")

    page = order_list.order_page(OrderFilters(text="many"))

    assert (len(page.orders), page.cut) == (order_list.MOST_ADDRESSES, True)
    assert "More addresses begin like that" in staff_with(SEE_ORDERS).get(f"{PAGE}?q=many").text


@pytest.mark.parametrize("query", ["", "q=person", "status=awaiting_payment"])
def test_a_walk_meets_every_order_once(query: str) -> None:
    made = [open_order(email=f"person{number % 3}@example.com", now=ago(hours=number)) for number in range(120)]
    browser, url, seen = staff_with(SEE_ORDERS), f"{PAGE}?{query}", ""

    while url:
        answer = browser.get(url, headers={"hx-target": "more"} if seen else {})
        assert ("<html" in answer.text) is not bool(seen)
        seen += answer.text
        url = answer.text.partition('hx-get="/admin/orders/?')[2].partition('"')[0].replace("&amp;", "&")
        url = f"{PAGE}?{url}" if "cursor" in url else ""

    assert all(seen.count(f'href="/admin/orders/{order.pk}/"') == 1 for order in made)


def test_what_cannot_be_applied_is_said() -> None:
    open_order()
    browser = staff_with(SEE_ORDERS)

    for query, notice in {
        "status=lost": "“Status” couldn&#x27;t be read",
        "from=yesterday": "“From” couldn&#x27;t be read",
        "from=2026-02-02&to=2026-02-01": "The dates end before they begin",
        "cursor=bm90aGluZw": "This page address has expired",
        "q=%00": "couldn&#x27;t be read",
    }.items():
        answer = browser.get(f"{PAGE}?{query}")
        assert (answer.status_code, notice in answer.text) == (200, True), query


def test_an_empty_list_says_what_is_empty() -> None:
    browser = staff_with(SEE_ORDERS)

    assert "No orders yet" in browser.get(PAGE).text
    assert "No order matches" in browser.get(f"{PAGE}?q=nobody").text


SESSION_AND_USER, PERMISSIONS, ORDERS, LINES, PROBLEMS = 2, 2, 1, 1, 1
ADDRESSES, IDS = 1, 1


@pytest.mark.parametrize("many", [1, 30])
def test_the_page_takes_seven_queries_however_many_orders(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = staff_with(SEE_ORDERS)
    for _ in range(many):
        log_event("order.cancelled", order=open_order())

    with django_assert_num_queries(SESSION_AND_USER + PERMISSIONS + ORDERS + LINES + PROBLEMS):
        browser.get(PAGE)
    with django_assert_num_queries(SESSION_AND_USER + PERMISSIONS + ADDRESSES + IDS + ORDERS + LINES + PROBLEMS):
        browser.get(f"{PAGE}?q=customer")
