"""A period that is reset while jobs run: each image is counted in the period in which its job ended."""

from threading import Event

import pytest
from django.db import transaction
from django.db.models import Sum

from apps.accounts.models import User
from apps.accounts.operations import reset_period
from apps.accounts.usage import active_subscription
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Success
from apps.generations.queries import usage_of
from apps.generations.states import Status
from tests.factories import UserFactory, on_plan, wish, with_credits
from tests.generations.stand_ins import stored
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.usefixtures("committed")


def finish(job: GenerationJob) -> None:
    outcome = Success(images=stored(job.image_count), metadata={})
    assert operations.claim(job.pk, attempt=1)
    assert operations.settle(job_id=job.pk, user_id=job.user_id, outcome=outcome)


def ended_since_the_reset(owner: User) -> int:
    """Images of the jobs that ended since then, as their own rows have it."""
    owner.refresh_from_db()
    ended = owner.generation_jobs.filter(status=Status.COMPLETED, completed_at__gte=owner.last_reset_date)
    images: int = ended.aggregate(images=Sum("image_count", default=0))["images"]
    return images


def test_images_in_flight_at_a_reset_count_in_the_period_they_come_in() -> None:
    owner, staff = on_plan(UserFactory.create()), UserFactory.create(is_staff=True)
    job = operations.request(user=owner, wish=wish(image_count=4))

    reset_period(user=owner, by=staff, reason="Because.")
    subscription = active_subscription(owner)

    assert subscription
    assert usage_of(owner, plan=subscription.plan).used == 4
    finish(job)
    assert usage_of(owner, plan=subscription.plan).used == 4


def test_a_job_that_ended_before_a_reset_is_not_counted_after_it() -> None:
    """The job has ended and waits for the person's row, which the reset holds; what it then adds is the past's."""
    owner, staff = on_plan(UserFactory.create()), UserFactory.create(is_staff=True)
    job = operations.request(user=owner, wish=wish(image_count=4))
    row_is_held = Event()

    @transaction.atomic
    def reset_late() -> None:
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        row_is_held.set()
        wait_until_somebody_waits()
        reset_period(user=owner, by=staff, reason="Because.")

    def finish_meanwhile() -> None:
        row_is_held.wait(timeout=30)
        finish(job)

    outcomes = at_once(2, lambda number: (reset_late, finish_meanwhile)[number]())

    assert outcomes.errors == []
    owner.refresh_from_db()
    assert (owner.generated_count, owner.current_period_count) == (4, 0)
    assert ended_since_the_reset(owner) == 0


def test_resets_between_many_jobs_that_end_leave_the_count_that_the_jobs_add_up_to() -> None:
    owner, staff = with_credits(UserFactory.create(), 100), UserFactory.create(is_staff=True)
    jobs = [operations.request(user=owner, wish=wish(image_count=2)) for _ in range(30)]

    def finish_some_or_reset(number: int) -> None:
        if number == 0:
            for _ in range(8):
                reset_period(user=owner, by=staff, reason="Because.")
        for job in jobs[number::6] if number else ():
            finish(job)

    outcomes = at_once(6, finish_some_or_reset)

    assert outcomes.errors == []
    owner.refresh_from_db()
    assert owner.current_period_count == ended_since_the_reset(owner)
    assert owner.generated_count == 2 * owner.generation_jobs.filter(status=Status.COMPLETED).count()
