"""The sweep leaves no job hanging, and ends none that has ended or moves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.accounts.models import User
from apps.credits.verification import verify
from apps.generations import images, operations, production
from apps.generations.models import GenerationImage, GenerationJob
from apps.generations.operations import Success
from apps.generations.states import Status
from apps.generations.sweep import Swept, sweep, tidy
from tests.factories import UserFactory, on_plan, wish
from tests.generations.stand_ins import SKETCH, picture, refusing
from tests.threads import at_once

Amounts = Callable[[User], list[int]]


@pytest.fixture
def job(owner: User) -> GenerationJob:
    return operations.request(user=on_plan(owner), wish=wish())


@pytest.fixture
def impatient(settings: LazySettings) -> None:
    """Every job in flight has waited too long."""
    settings.GENERATION_PICKUP_SECONDS = settings.GENERATION_STALL_SECONDS = 0


def made_for(job: GenerationJob) -> Success:
    """What a worker that claimed the job comes back with."""
    assert operations.claim(job.pk, attempt=1)
    return Success(images=images.store(job.pk, 1, [picture()]), metadata={})


def settle_in_a_race(job: GenerationJob) -> None:
    """One worker with its images against three sweeps."""
    success = made_for(job)

    def act(number: int) -> object:
        return sweep() if number else operations.settle(job_id=job.pk, user_id=job.user_id, outcome=success)

    assert at_once(4, act).errors == []


def test_a_job_that_has_just_been_queued_or_claimed_is_left_alone(job: GenerationJob) -> None:
    assert sweep() == Swept(offered_again=0, failed=0)
    operations.claim(job.pk, attempt=1)
    assert sweep() == Swept(offered_again=0, failed=0)


@pytest.mark.usefixtures("impatient")
def test_a_job_that_was_never_picked_up_is_offered_again_and_waits_anew(
    job: GenerationJob, settings: LazySettings
) -> None:
    assert sweep() == Swept(offered_again=1, failed=0)
    settings.GENERATION_PICKUP_SECONDS = 60
    assert sweep() == Swept(offered_again=0, failed=0)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Status.QUEUED, 0)


@pytest.mark.usefixtures("impatient")
def test_a_job_that_stood_still_fails_and_is_refunded_once(job: GenerationJob, amounts: Amounts) -> None:
    operations.claim(job.pk, attempt=1)
    assert [sweep().failed, sweep().failed] == [1, 0]
    job.refresh_from_db()
    assert (job.status, job.error_code, amounts(job.user)) == (Status.FAILED, "stalled", [50, -1, 1])


@pytest.mark.usefixtures("impatient")
def test_a_job_whose_next_attempt_was_lost_is_ended_too(job: GenerationJob, amounts: Amounts) -> None:
    assert production.produce(job.pk, attempt=1, provider=refusing(permanent=False))
    assert sweep().failed == 1
    assert amounts(job.user) == [50, -1, 1]


@pytest.mark.usefixtures("impatient")
def test_jobs_that_ended_are_not_touched(job: GenerationJob) -> None:
    production.produce(job.pk, attempt=1, provider=SKETCH)
    assert sweep() == Swept(offered_again=0, failed=0)


@pytest.mark.usefixtures("impatient")
def test_what_a_late_worker_stored_and_left_is_tidied_away(
    owner: User, job: GenerationJob, files: Callable[[], list[Path]]
) -> None:
    done = operations.request(user=owner, wish=wish())
    production.produce(done.pk, attempt=1, provider=SKETCH)
    kept = files()
    made_for(job)
    sweep()
    images.store(job.pk, 1, [picture()])
    assert len(files()) == len(kept) + 2

    assert tidy(now=timezone.now()) == 1
    assert files() == kept


@pytest.mark.usefixtures("impatient", "broker_down")
def test_while_the_broker_is_down_jobs_wait_for_the_next_sweep(job: GenerationJob, amounts: Amounts) -> None:
    before = GenerationJob.objects.get().enqueued_at
    assert sweep() == Swept(offered_again=0, failed=0)
    assert GenerationJob.objects.get().enqueued_at == before
    assert amounts(job.user) == [50, -1]


@pytest.mark.usefixtures("committed", "impatient")
def test_of_worker_and_sweeps_that_settle_at_once_exactly_one_wins(
    amounts: Amounts, files: Callable[[], list[Path]]
) -> None:
    """Ten rounds, because either may win: ended once, and paid for exactly where there are images."""
    owner = on_plan(UserFactory.create())
    for _ in range(10):
        settle_in_a_race(operations.request(user=owner, wish=wish()))

    done = GenerationJob.objects.filter(status=Status.COMPLETED).count()
    failed = GenerationJob.objects.filter(status=Status.FAILED).count()
    owner.refresh_from_db()
    assert done + failed == 10
    assert sum(amounts(owner)) == 50 - done
    assert len(amounts(owner)) == 1 + 10 + failed
    assert GenerationImage.objects.count() == owner.generated_count == len(files()) / 2 == done
    assert verify()[1] == []


@pytest.mark.usefixtures("committed")
def test_of_many_workers_one_takes_an_attempt() -> None:
    job = operations.request(user=on_plan(UserFactory.create()), wish=wish())
    outcomes = at_once(12, lambda _: operations.claim(job.pk, attempt=1))
    assert outcomes.errors == []
    assert [taken.pk for taken in outcomes.answers if taken] == [job.pk]
