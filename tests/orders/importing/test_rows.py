"""What one line says of an order, or why it is refused."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.record_fields import Refused
from apps.orders.importing.rows import COLUMNS, ImportedOrder, Judge

NOW = datetime(2026, 11, 21, tzinfo=UTC)
JUDGE = Judge(shop="olist", currency="BRL", zone=ZoneInfo("America/Sao_Paulo"), now=NOW)
SOUND = {
    "order_id": "e481f51c", "customer": "9ef432eb", "status": "delivered", "purchased_at": "2017-10-02 10:56:33",
    "approved_at": "2017-10-02 11:07:15", "shipped_at": "2017-10-04 19:55:00", "delivered_at": "2017-10-10 21:25:13",
    "estimated_delivery": "2017-10-18 00:00:00", "total": "38.71", "shipping": "8.72",
}  # fmt: skip


def order(**changes: Any) -> ImportedOrder:
    return JUDGE.order({name: value for name, value in (SOUND | changes).items() if value is not None})


def reason(**changes: Any) -> str:
    with pytest.raises(Refused) as refused:
        order(**changes)
    return str(refused.value)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Sao_Paulo")).astimezone(UTC)


def test_times_without_a_zone_are_in_the_one_that_was_named() -> None:
    assert order().paid_at == datetime(2017, 10, 2, 14, 7, 15, tzinfo=UTC)
    assert order(approved_at="2017-10-02T11:07:15Z").paid_at == datetime(2017, 10, 2, 11, 7, 15, tzinfo=UTC)


def test_amounts_come_in_the_minor_unit_and_add_up() -> None:
    found = order(tax=1)
    assert (found.total_minor, found.subtotal_minor, found.shipping_minor, found.tax_minor) == (3871, 2899, 872, 100)
    assert order(total=38.71).total_minor == 3871
    assert (
        order(total="900", currency="jpy", shipping=None).total_minor,
        order(total=None, shipping=None).total_minor,
    ) == (900, 0)


def test_a_file_may_use_the_other_shops_own_names() -> None:
    names = {
        "status": "order_status", "purchased_at": "order_purchase_timestamp", "approved_at": "order_approved_at",
        "shipped_at": "order_delivered_carrier_date", "delivered_at": "order_delivered_customer_date",
        "estimated_delivery": "order_estimated_delivery_date", "customer": "customer_id",
    }  # fmt: skip
    renamed = JUDGE.order({names.get(name, name): value for name, value in SOUND.items()})
    assert renamed.cells()[1:] == order().cells()[1:]


def test_a_customer_is_an_address_or_a_name() -> None:
    assert (order(customer="Mia@Example.com").email, order(customer="Mia@Example.com").customer) == (
        "mia@example.com",
        "",
    )
    assert (order().email, order().customer) == ("", "9ef432eb")


@pytest.mark.parametrize("status", ["canceled", "unavailable", "cancelled"])
def test_what_was_called_off_without_a_time_was_so_when_last_heard_of(status: str) -> None:
    found = order(status=status, shipped_at=None, delivered_at=None)
    assert (found.cancelled_at, found.paid_at) == (at("2017-10-02 11:07:15"), at("2017-10-02 11:07:15"))
    unpaid = order(status=status, approved_at=None, shipped_at=None, delivered_at=None)
    assert (unpaid.cancelled_at, unpaid.paid_at) == (at("2017-10-02 10:56:33"), None)


def test_a_delivery_without_a_time_is_noted_at_the_last_known_one() -> None:
    assert order(delivered_at=None).delivered_at == at("2017-10-04 19:55:00")


def test_what_was_sent_was_paid() -> None:
    assert order(approved_at=None).paid_at == at("2017-10-02 10:56:33")


def test_what_was_only_opened_wasnt_paid() -> None:
    found = order(status="created", approved_at=None, shipped_at=None, delivered_at=None)
    assert (found.paid_at, found.cancelled_at, found.delivered_at) == (None, None, None)


def test_a_parcel_that_left_before_it_was_paid_is_taken_as_it_is() -> None:
    found = order(shipped_at="2017-10-01 00:00:00")
    assert found.shipped_at
    assert found.paid_at
    assert found.shipped_at < found.paid_at


def test_a_number_may_be_an_id() -> None:
    assert order(order_id=1001).imported_from == "olist:1001"


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"order_id": None}, "order_id is missing"),
        ({"order_id": True}, "order_id must be a text"),
        ({"order_id": "x" * 81}, "1 to 80 characters"),
        ({"customer": " "}, "customer is missing"),
        ({"status": "lost"}, "status must be one of"),
        ({"purchased_at": None}, "purchased_at is missing"),
        ({"purchased_at": "yesterday"}, "isn't a time"),
        ({"purchased_at": "1999-12-31"}, "before 2000"),
        ({"delivered_at": "2027-01-01"}, "in the future"),
        ({"delivered_at": "9999-12-31T23:59:59-23:00"}, "isn't a time"),
        ({"total": "38,71"}, "isn't an amount"),
        ({"total": "-1"}, "isn't an amount"),
        ({"total": "1e3"}, "isn't an amount"),
        ({"total": "38.71", "currency": "JPY"}, "more digits"),
        ({"total": "9999999999"}, "too much"),
        ({"total": [1]}, "total must be a text"),
        ({"shipping": "40"}, "come to more than the total"),
        ({"refunded": "40", "refunded_at": "2018-01-01"}, "more was refunded"),
        ({"refunded": "1"}, "go together"),
        ({"refunded_at": "2018-01-01"}, "go together"),
        ({"currency": "R$"}, "ISO 4217"),
        ({"colour": "blue"}, "no field 'colour'"),
        ({"order_status": "delivered"}, "given twice"),
    ],
)  # fmt: skip
def test_what_cant_be_taken_over_is_refused_with_its_reason(changes: dict[str, Any], about: str) -> None:
    assert about in reason(**changes)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["2017-10-02", "1.5", "USD"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@given(changes=st.dictionaries(st.sampled_from(sorted(COLUMNS.known)), ANYTHING, max_size=4))
def test_no_record_whatever_fails_otherwise_than_with_a_reason(changes: dict[str, Any]) -> None:
    with suppress(Refused):
        found = JUDGE.order(SOUND | changes)
        assert found.total_minor == found.subtotal_minor + found.shipping_minor + found.tax_minor
        assert found.refunded_minor <= found.total_minor
        assert found.created_at <= NOW
