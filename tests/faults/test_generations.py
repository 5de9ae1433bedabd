"""Workers and brokers killed outright, at each step of a job: every job still ends once, charged once or refunded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.credits.models import CreditTransaction
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.states import Status
from apps.generations.sweep import Swept, sweep
from tests.factories import UserFactory, on_plan, wish
from tests.faults.conftest import StartWorker
from tests.faults.patience import eventually
from tests.faults.servers import Broker

Kill = Callable[[GenerationJob, StartWorker], None]

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]


@pytest.fixture
def job(broker: Broker) -> GenerationJob:
    """One image for 1 of 50 credits, sent to the broker."""
    return requested_by(on_plan(UserFactory.create()))


def requested_by(user: User) -> GenerationJob:
    return operations.request(user=user, wish=wish())


def in_state(job: GenerationJob, status: Status) -> bool:
    job.refresh_from_db()
    return job.status == status


@contextmanager
def held(row: QuerySet[Any]) -> Iterator[None]:
    """Whoever wants to change the row has to wait."""
    with transaction.atomic():
        row.select_for_update(no_key=True).get()
        yield


def backends(condition: str) -> int:
    """How many other sessions of this database are in that condition."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would see what it saw at first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            f" AND backend_type = 'client backend' AND {condition}"
        )
        count: int = cursor.fetchone()[0]
    return count


def somebody_waits_for_a_row() -> bool:
    return backends("wait_event_type = 'Lock'") > 0


def nobody_is_connected() -> bool:
    """A session whose client was killed may still finish its statement."""
    return backends("true") == 0


def killed_while_it_takes_the_job(job: GenerationJob, start_worker: StartWorker) -> None:
    with held(GenerationJob.objects.filter(pk=job.pk)):
        worker = start_worker()
        eventually(somebody_waits_for_a_row)
        worker.kill()


def killed_while_it_draws(job: GenerationJob, start_worker: StartWorker) -> None:
    worker = start_worker(drawing_s=60)
    eventually(lambda: in_state(job, Status.PROCESSING))
    worker.kill()


def killed_while_it_settles(job: GenerationJob, start_worker: StartWorker) -> None:
    """It has stored the images and moved the job; the person's counts are what it waits for."""
    with held(User.objects.filter(pk=job.user_id)):
        worker = start_worker()
        eventually(somebody_waits_for_a_row)
        worker.kill()


def assert_paid_once_or_not_at_all(job: GenerationJob) -> None:
    """The charge, and its refund where the job failed; and a ledger that adds up."""
    job.refresh_from_db()
    expected = {Status.COMPLETED: [-1], Status.FAILED: [-1, 1]}[Status(job.status)]
    assert list(CreditTransaction.objects.of_job(job.pk).in_order().values_list("amount", flat=True)) == expected
    assert job.images.count() == (job.status == Status.COMPLETED)
    call_command("verify_ledger", verbosity=0)


@pytest.mark.parametrize("killed", [killed_while_it_takes_the_job, killed_while_it_draws, killed_while_it_settles])
def test_a_job_whose_worker_was_killed_fails_once_and_its_redelivery_changes_nothing(
    job: GenerationJob, broker: Broker, start_worker: StartWorker, settings: LazySettings, killed: Kill
) -> None:
    killed(job, start_worker)
    eventually(nobody_is_connected)
    settings.GENERATION_STALL_SECONDS = 0
    assert sweep() == Swept(offered_again=0, failed=1)
    assert_paid_once_or_not_at_all(job)
    ended = job.updated_at

    broker.hand_out_again()
    start_worker()
    eventually(broker.is_idle)

    assert_paid_once_or_not_at_all(job)
    assert (job.status, job.updated_at) == (Status.FAILED, ended)
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_job_that_was_made_but_not_confirmed_is_not_made_again(
    job: GenerationJob, broker: Broker, start_worker: StartWorker, settings: LazySettings
) -> None:
    worker = start_worker(drawing_s=3)
    eventually(lambda: in_state(job, Status.PROCESSING))
    worker.freeze()
    eventually(lambda: in_state(job, Status.COMPLETED))
    worker.kill()
    ended = job.updated_at

    broker.hand_out_again()
    start_worker()
    eventually(broker.is_idle)

    assert_paid_once_or_not_at_all(job)
    assert (job.status, job.updated_at, job.attempts) == (Status.COMPLETED, ended, 1)
    assert len([path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]) == 2


def test_a_job_that_the_broker_lost_is_offered_again_and_charged_once(
    job: GenerationJob, broker: Broker, start_worker: StartWorker, settings: LazySettings
) -> None:
    broker.empty()
    settings.GENERATION_PICKUP_SECONDS = 0
    assert sweep() == sweep() == Swept(offered_again=1, failed=0)
    start_worker()
    eventually(lambda: in_state(job, Status.COMPLETED) and broker.is_idle())
    assert_paid_once_or_not_at_all(job)


def test_a_broker_killed_beside_its_worker_loses_no_job(
    job: GenerationJob, broker: Broker, start_worker: StartWorker, settings: LazySettings
) -> None:
    start_worker(drawing_s=1)
    eventually(lambda: not in_state(job, Status.QUEUED))
    broker.kill()
    unsent = requested_by(job.user)
    broker.start()
    settings.GENERATION_PICKUP_SECONDS = 0
    assert sweep() == Swept(offered_again=1, failed=0)

    eventually(lambda: in_state(job, Status.COMPLETED) and in_state(unsent, Status.COMPLETED))

    for each in (job, unsent):
        assert_paid_once_or_not_at_all(each)
