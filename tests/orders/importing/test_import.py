"""A whole import of orders, as the command runs it: what is written, what is refused, and that it can be run again."""

import csv
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.orders import feed, operations
from apps.orders.importing import staging, writing
from apps.orders.models import ActivityEntry, Order, OrderNumber
from apps.orders.states import PaymentStatus, Status
from tests.orders.factories import open_order
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

EXAMPLE = Path(project.BASE_DIR) / "docs" / "import-orders-example.csv"
Record = dict[str, Any]
Importer = Callable[..., dict[int, str]]


def bought(number: int, **changes: Any) -> Record:
    made = {"order_id": str(number), "customer": f"customer {number}", "status": "delivered", "total": "43.00"}
    times = {"purchased_at": "2025-03-01T10:00:00Z", "approved_at": "2025-03-01T10:05:00Z"}
    return made | times | {"shipped_at": "2025-03-02T10:00:00Z", "delivered_at": "2025-03-05T10:00:00Z"} | changes


@pytest.fixture
def imported(tmp_path: Path) -> Importer:
    """Imports these records; the lines that were refused, with their reasons."""

    def run(*records: Mapping[str, Any], options: tuple[str, ...] = ()) -> dict[int, str]:
        path = tmp_path / "orders.jsonl"
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
        return rejects_of(path, *options)

    return run


def rejects_of(path: Path, *options: str) -> dict[int, str]:
    rejects = path.with_name(f"{path.name}.rejects.csv")
    try:
        call_command("import_orders", str(path), *options, stdout=StringIO())
    except CommandError as error:
        if "refused" not in str(error):
            raise
    if not rejects.exists():
        return {}
    with rejects.open(newline="") as file:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(file)}


def here() -> list[tuple[Any, ...]]:
    """All that an import writes, but for the ids, which it draws."""
    orders = Order.objects.order_by("imported_from").values_list(
        "imported_from", "status", "created_at", "paid_at", "shipped_at", "cancelled_at", "total_minor", "email",
        "refunded_minor", "lines__title", "shipments__number", "refunds__amount_minor",
    )  # fmt: skip
    return list(orders)


def test_the_example_of_the_documentation_comes_in_whole(tmp_path: Path) -> None:
    path = tmp_path / EXAMPLE.name
    path.write_bytes(EXAMPLE.read_bytes())

    assert rejects_of(path, "--shop", "Old shop", "--currency", "EUR") == {}

    orders = {order.imported_from: order for order in Order.objects.all()}
    assert [orders[f"Old shop:{number}"].status for number in range(1001, 1007)] == [
        Status.DELIVERED,
        Status.DELIVERED,
        Status.CANCELLED,
        Status.CANCELLED,
        Status.SHIPPED,
        Status.AWAITING_PAYMENT,
    ]
    first, second = orders["Old shop:1001"], orders["Old shop:1002"]
    assert (first.number, first.email, first.total_minor, first.currency) == (
        "SS-250301-0001", "mia@example.com", 4300, "EUR",
    )  # fmt: skip
    assert (second.payment_status, second.shipping_address) == (
        PaymentStatus.PARTLY_REFUNDED, {"name": "8d50f5eadf50201c"},
    )  # fmt: skip
    assert first.lines.get().title == "T-shirt M / Black"
    assert first.shipments.get().number == first.tracking_number == "JD0146000034"
    assert orders["Old shop:1004"].provider_status == "unavailable"
    assert not ActivityEntry.objects.exists()


def test_lines_that_cant_be_taken_over_are_listed_and_the_rest_is_written(imported: Importer) -> None:
    refused = imported(bought(1), bought(2, status="lost"), bought(1, total="1.00"), bought(3))

    assert refused == {2: refused[2], 3: "an earlier line has the same order_id"}
    assert "status must be one of" in refused[2]
    assert [row[0] for row in here()] == ["another shop:1", "another shop:3"]


def test_a_strict_import_writes_all_or_nothing(imported: Importer) -> None:
    assert list(imported(bought(1), bought(2, status="lost"), options=("--strict",))) == [2]
    assert here() == []
    assert imported(bought(1), bought(2), options=("--strict",)) == {}
    assert len(here()) == 2


def test_run_again_it_writes_nothing_and_refuses_nothing(imported: Importer) -> None:
    assert imported(bought(1), bought(2)) == {}
    first = here()

    assert imported(bought(1), bought(2), bought(3)) == {}

    assert [row for row in here() if row in first] == first
    assert len(here()) == 3


def test_an_id_that_stands_for_another_order_is_refused(imported: Importer) -> None:
    imported(bought(1))

    assert imported(bought(1, total="44.00")) == {1: "the order_id already stands for another order"}


def test_two_shops_may_have_the_same_ids(imported: Importer) -> None:
    imported(bought(1), options=("--shop", "north"))

    assert imported(bought(1, total="9.00"), options=("--shop", "south")) == {}
    assert [row[0] for row in here()] == ["north:1", "south:1"]


def test_numbers_go_on_after_those_of_the_day(imported: Importer) -> None:
    now = datetime(2025, 3, 1, 8, tzinfo=UTC)
    assert open_order(now=now).number == "SS-250301-0001"
    imported(bought(1), bought(2, purchased_at="2025-03-01T09:00:00Z"))

    numbers = dict(Order.objects.exclude(imported_from=None).values_list("imported_from", "number"))
    assert numbers == {"another shop:2": "SS-250301-0002", "another shop:1": "SS-250301-0003"}
    assert open_order(now=now).number == "SS-250301-0004"


def test_numbers_may_grow_past_four_digits(imported: Importer) -> None:
    OrderNumber.objects.create(day=date(2025, 3, 1), last=9_999)
    imported(bought(1))

    assert Order.objects.get().number == "SS-250301-10000"


def test_what_is_cut_off_is_finished_by_the_next_run(imported: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [bought(number, items="Mug", refunded="1", refunded_at="2025-04-01T00:00:00Z") for number in range(7)]
    monkeypatch.setattr(writing, "ORDERS_A_BATCH", 2)
    write, calls = writing._write, iter(range(9))

    def killed_at_the_third(after: int, until: int) -> int:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return write(after, until)

    monkeypatch.setattr(writing, "_write", killed_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        imported(*records)
    assert len(here()) == 4
    monkeypatch.setattr(writing, "_write", write)

    assert imported(*records) == {}
    assert len(here()) == len(set(here())) == 7


def test_no_table_of_the_imports_is_left(imported: Importer) -> None:
    imported(bought(1), bought(2, status="lost"))

    assert [name for name in connection.introspection.table_names() if name.startswith("import_")] == []


def test_two_imports_at_once_are_one_too_many(imported: Importer) -> None:
    with staging.tables():
        beside = at_once(1, lambda _: imported(bought(1)))

    assert [str(error) for error in beside.errors] == [
        "Another import of orders is running on this database; wait for its end."
    ]


def test_nothing_is_done_with_another_shops_open_orders(imported: Importer) -> None:
    imported(bought(1, status="approved", shipped_at="", delivered_at=""))

    order = Order.objects.get()
    assert order.status == Status.PAID
    assert (order.confirmation_sent_at, feed.list_for_order(order)) == (None, [])
    assert operations.record_payment(order.pk, at=timezone.now()) is False


@pytest.mark.parametrize(
    "arguments",
    [["--shop", "a:b"], ["--shop", ""], ["--time-zone", "Mars"], ["--time-zone", "../x"], ["--shop", "x" * 31]],
)
def test_senseless_options_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("import_orders", str(tmp_path / "orders.csv"), *arguments)


@pytest.mark.parametrize(
    ("name", "content", "about"),
    [
        ("orders.txt", "", "neither .jsonl nor .csv"),
        ("orders.csv", "order_id,status\n", "must name the columns: order_id, customer"),
        ("orders.csv", "", "must name the columns"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, content: str, about: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(CommandError, match=about):
        call_command("import_orders", str(path))


def test_a_file_that_isnt_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_orders", str(tmp_path / "gone.csv"))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(st.sampled_from(["sound", "twice", "odd", "broken"]), max_size=9),
    batch=st.integers(1, 4),
)
def test_every_line_is_written_or_refused_and_nothing_twice(
    imported: Importer, monkeypatch: pytest.MonkeyPatch, lines: list[str], batch: int
) -> None:
    monkeypatch.setattr(writing, "ORDERS_A_BATCH", batch)
    shop, shops = f"shop {timezone.now().timestamp()}", Order.objects.count()
    kinds: dict[str, Callable[[int], Record]] = {
        "sound": bought,
        "twice": lambda number: bought(number - number % 2),
        "odd": lambda number: bought(number, status="lost"),
        "broken": lambda number: {"order_id": number},
    }
    records = [kinds[kind](100 + place) for place, kind in enumerate(lines)]

    refused = imported(*records, options=("--shop", shop))

    assert Order.objects.count() - shops == len(records) - len(refused)
    assert imported(*records, options=("--shop", shop)) == refused
    assert Order.objects.count() - shops == len(records) - len(refused)
