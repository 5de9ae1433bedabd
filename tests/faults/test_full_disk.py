"""No room on the disk for images, nor for entries of the log that the database doesn't take."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.states import Status
from apps.orders import feed
from apps.orders.log import drain_spool
from apps.orders.models import Order
from tests.factories import UserFactory, on_plan, wish
from tests.faults.books import assert_books_agree
from tests.faults.conftest import StartWorker
from tests.faults.full_disk import MISSING, CannotMount, FullDisk, full_disk
from tests.faults.patience import eventually
from tests.faults.reporting import Report
from tests.faults.servers import Broker
from tests.faults.test_orders import told_of_payment
from tests.faults.workers import Worker
from tests.orders.factories import open_order

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

NOT_KEPT = "activity entry not kept"


@pytest.fixture
def disk(settings: LazySettings, tmp_path: Path) -> Iterator[FullDisk]:
    """On which images, and what waits for the log, are to be kept."""
    try:
        with full_disk(tmp_path / "disk") as disk:
            settings.MEDIA_ROOT = disk.folder / "media"
            settings.ACTIVITY_LOG_SPOOL = disk.folder / "spool"
            yield disk
    except CannotMount:
        pytest.skip(MISSING)


@pytest.fixture
def worker(disk: FullDisk, start_worker: StartWorker, tmp_path: Path) -> Worker:
    """Counts elsewhere, as it does in the compose file: in memory."""
    told = {"MEDIA_ROOT": str(disk.folder / "media"), "ACTIVITY_DATA_DIR": str(disk.folder)}
    return start_worker(told=told | {"METRICS_DIR": str(tmp_path / "metrics")})


@contextmanager
def log_refused() -> Iterator[None]:
    """The database takes no entry."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE activity_log RENAME TO activity_log_away")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE activity_log_away RENAME TO activity_log")


def ended(jobs: list[GenerationJob]) -> bool:
    return GenerationJob.objects.filter(pk__in=[job.pk for job in jobs]).exclude(completed_at=None).count() == len(jobs)


def paid(*orders: Order) -> bool:
    return Order.objects.filter(pk__in=[order.pk for order in orders], paid_at__isnull=False).count() == len(orders)


def test_a_full_disk_costs_no_credit_no_order_and_no_line_and_when_there_is_room_all_goes_on(
    broker: Broker, worker: Worker, disk: FullDisk, report: Report
) -> None:
    user, (unlucky, later) = on_plan(UserFactory.create()), (open_order(), open_order())
    failing = [operations.request(user=user, wish=wish()) for _ in range(3)]
    eventually(lambda: ended(failing))
    with log_refused():
        told_of_payment(unlucky)
        eventually(lambda: paid(unlucky) and worker.says(NOT_KEPT))
        disk.make_room()
        told_of_payment(later)
        eventually(lambda: paid(later) and broker.is_idle())
    making = [operations.request(user=user, wish=wish())]
    eventually(lambda: ended(making))

    disk.make_room()
    how = GenerationJob.objects.filter(user=user).order_by("created_at").values_list("status", "error_code")
    assert list(how) == [(Status.FAILED, "internal_error")] * 3 + [(Status.COMPLETED, "")]
    assert_books_agree()
    assert worker.says(NOT_KEPT)
    assert worker.says(unlucky.number), "the whole entry stands in the worker's log"
    assert drain_spool().written
    assert "order.created" in [entry.event_type for entry in feed.list_for_order(later)]
    report("3 jobs refunded, 2 orders paid; one line is in the worker's log alone, the others came from the spool")
