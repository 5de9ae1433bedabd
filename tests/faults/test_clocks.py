"""Clocks that differ and jump: workers an hour ahead and an hour behind, two beats whose clock jumps a day and back.

What is due happens once, what isn't due doesn't happen, and the schedule goes on. All of them go by the database's
clock, which is set back in a test of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from activity_project.celery import app
from apps.accounts.models import Plan, User
from apps.activity.timeline import Timeline
from apps.common import heartbeat
from apps.credentials.models import InboxCredential
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.generations import operations
from apps.generations.operations import Failure
from apps.orders import operations as shop
from apps.orders.log import log_event
from apps.orders.models import ActivityEntry, Cart, Order
from tests.credentials import makers
from tests.credentials.makers import chain
from tests.factories import UserFactory, on_plan, wish
from tests.faults.clocks import Clock
from tests.faults.conftest import StartWorker
from tests.faults.patience import eventually
from tests.faults.reporting import Report
from tests.faults.servers import Broker
from tests.faults.workers import Beat
from tests.orders.factories import VariantFactory, open_order, paid_order
from tests.orders.wares import left_cart

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

AN_HOUR_S, A_DAY_S = 3_600, 86_400
HALF_AN_HOUR, PERIOD = timedelta(minutes=30), timedelta(days=30)


class Business:
    """Of each kind something that has been due for half an hour, and something that will be due in half an hour."""

    def __init__(self) -> None:
        now = timezone.now()
        late, early = now - HALF_AN_HOUR, now + HALF_AN_HOUR
        self.renewed, self.not_over = enrolled(late - PERIOD), enrolled(early - PERIOD)
        self.expired, self.waiting = inbox("late", ends=late), inbox("early", ends=early)
        ware = VariantFactory.create()
        self.left = left_cart(ware, now=late - timedelta(hours=1), email="left@example.com")
        self.busy = left_cart(ware, now=early - timedelta(hours=1), email="busy@example.com")
        self.pruned, self.kept = recorded(late - timedelta(days=90)), recorded(early - timedelta(days=90))
        self.order = paid_order()
        assert shop.claim_submission(self.order.pk, attempt=1), "somebody is at it, for ten minutes at most"

    def assert_done_once_and_not_too_soon(self) -> None:
        assert [ledger.balance_of(user.pk) for user in (self.renewed, self.not_over)] == [100, 50]
        assert chain(self.expired.issuance) == ["CREATED", "EXPIRED"]
        assert chain(self.waiting.issuance) == ["CREATED"]
        assert list(Cart.objects.filter(abandoned_at__isnull=False)) == [self.left]
        assert ActivityEntry.objects.filter(event_type="abandoned_cart.created").count() == 1
        assert ActivityEntry.objects.filter(event_type="abandoned_cart.email_sent").count() == 1
        assert not ActivityEntry.objects.filter(pk=self.pruned).exists()
        assert ActivityEntry.objects.filter(pk=self.kept).exists()
        assert Order.objects.get(pk=self.order.pk).submission_attempts == 1
        call_command("verify_ledger", verbosity=0)


def enrolled(since: datetime) -> User:
    user = UserFactory.create()
    enrol(user=user, plan=Plan.objects.get(slug="free"), now=since)
    return user


def inbox(name: str, *, ends: datetime) -> InboxCredential:
    issuer = makers.profile(name)
    waiting = makers.sent(issuer, makers.boost(issuer), f"{name}@example.com").inbox
    assert waiting
    InboxCredential.objects.filter(pk=waiting.pk).update(expires_at=ends)
    return waiting


def recorded(at: datetime) -> UUID:
    """An entry of the log as if it had been written then; the guard, which forbids that, looks away."""
    log_event("order.delivered", order=open_order())
    made = ActivityEntry.objects.latest("written_xid", "id")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        ActivityEntry.objects.filter(pk=made.pk).update(inserted_at=at)
        cursor.execute("SET session_replication_role = DEFAULT")
    return made.pk


@pytest.fixture
def beats(worker_environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[Clock, list[Beat]]]:
    """Two at once, by mistake, under one clock."""
    clock = Clock(tmp_path / "clock-of-beats").set(ahead_s=0)
    running = [Beat(worker_environment, tmp_path / name, clock=clock, looks_every_s=1) for name in ("one", "other")]
    yield clock, running
    for beat in running:
        beat.kill()


def test_whatever_clocks_say_what_is_due_happens_once_and_the_schedule_goes_on(
    broker: Broker, start_worker: StartWorker, beats: tuple[Clock, list[Beat]], tmp_path: Path, report: Report
) -> None:
    business, (clock, both) = Business(), beats
    told = {"PRINTIFY_API_TOKEN": "t", "PRINTIFY_SHOP_ID": "1", "PRINTIFY_WEBHOOK_SECRET": "s"}
    told |= {"PRINTIFY_API_BASE": "http://127.0.0.1:9/v1"}
    for name, ahead_s in (("ahead", AN_HOUR_S), ("behind", -AN_HOUR_S)):
        start_worker(told=told, clock=Clock(tmp_path / name).set(ahead_s=ahead_s))
    eventually(lambda: all(beat.is_ticking() for beat in both))

    clock.set(ahead_s=A_DAY_S + AN_HOUR_S)
    eventually(lambda: all(set(beat.sent()) == set(app.conf.beat_schedule) for beat in both))
    assert all(set(beat.sent().values()) == {1} for beat in both), "a leap isn't made up for entry by entry"
    clock.set(ahead_s=0)
    eventually(lambda: all(beat.says("clock set back") for beat in both))
    clock.set(ahead_s=16)
    eventually(lambda: all(beat.sent()["heartbeat"] >= 2 for beat in both))
    eventually(broker.is_idle)

    business.assert_done_once_and_not_too_soon()
    age_s = heartbeat.age_s()
    assert age_s is not None
    assert age_s < 60
    report(f"{sum(both[0].sent().values())} and {sum(both[1].sent().values())} tasks sent by two beats, done once")


@contextmanager
def set_back(hours: int) -> Iterator[None]:
    """The database's clock, as this connection's statements and functions read it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA set_back")
        for name in ("clock_timestamp", "statement_timestamp", "now"):
            cursor.execute(
                f"CREATE FUNCTION set_back.{name}() RETURNS timestamptz LANGUAGE sql STABLE AS"
                f" 'SELECT pg_catalog.{name}() - interval ''{hours} hours'''"
            )
        cursor.execute("SET search_path = set_back, pg_catalog, public")
        try:
            yield
        finally:
            cursor.execute("RESET search_path")
            cursor.execute("DROP SCHEMA set_back CASCADE")


def test_a_database_whose_clock_is_set_back_loses_nothing_from_a_walk_and_moves_no_credit_twice() -> None:
    user = on_plan(UserFactory.create())
    jobs = [operations.request(user=user, wish=wish()) for _ in range(6)]
    begun = Timeline(user_id=user.pk, now=timezone.now(), limit=5)
    first = begun.page()
    assert first.next_cursor

    with set_back(hours=1):
        for job in jobs[:3]:
            assert operations.settle(job_id=job.pk, user_id=user.pk, outcome=Failure(error="no", code="no"))
            assert not operations.settle(job_id=job.pk, user_id=user.pk, outcome=Failure(error="no", code="no"))
        rest = begun.page(first.next_cursor)
        rest_of_rest = begun.page(rest.next_cursor)
        assert operations.request(user=user, wish=wish())

    seen = [item.id for page in (first, rest, rest_of_rest) for item in page.items]
    assert len(seen) == len(set(seen)) == 13, "six jobs, six charges, one grant"
    anew = [item.id for item in begun.walk()]
    assert len(anew) == len(set(anew)) == 18, "and three refunds, and one more job with its charge"
    assert ledger.balance_of(user.pk) == 50 - 7 + 3
    call_command("verify_ledger", verbosity=0)
