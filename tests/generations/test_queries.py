"""What callers may ask about a person's generations: by state, by id, since a time, and how they went."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure, Success
from apps.generations.queries import Statistics, job_with_images, statistics
from apps.generations.states import Status
from tests.factories import on_plan, wish
from tests.generations.stand_ins import stored

pytestmark = pytest.mark.django_db


def asked(user: User) -> GenerationJob:
    return operations.request(user=user, wish=wish())


def ended(user: User, outcome: Success | Failure) -> GenerationJob:
    job = asked(user)
    assert operations.claim(job.pk, attempt=1)
    operations.settle(job_id=job.pk, user_id=user.pk, outcome=outcome)
    return job


@pytest.fixture
def jobs(owner: User, stranger: User) -> dict[str, GenerationJob]:
    """One of the owner's in each state, two completed; the stranger has one of their own."""
    asked(on_plan(stranger))
    on_plan(owner)
    made = {
        "first": ended(owner, Success(images=stored(1), metadata={})),
        "second": ended(owner, Success(images=stored(1), metadata={})),
        "failed": ended(owner, Failure(error="It broke.", code="broke")),
        "queued": asked(owner),
        "processing": asked(owner),
    }
    assert operations.claim(made["processing"].pk, attempt=1)
    return made


def test_jobs_are_found_by_how_they_stand(owner: User, jobs: dict[str, GenerationJob]) -> None:
    of_owner = owner.generation_jobs
    assert set(of_owner.completed()) == {jobs["first"], jobs["second"]}
    assert set(of_owner.failed()) == {jobs["failed"]}
    assert set(of_owner.in_flight()) == {jobs["queued"], jobs["processing"]}
    assert set(of_owner.with_status(Status.QUEUED)) == {jobs["queued"]}


def test_a_persons_jobs_come_newest_first_and_are_nobody_elses(owner: User, jobs: dict[str, GenerationJob]) -> None:
    assert list(owner.generation_jobs.newest_first()) == list(reversed(jobs.values()))


def test_jobs_are_counted_since_a_time_which_belongs_to_it(owner: User, jobs: dict[str, GenerationJob]) -> None:
    since = jobs["failed"]
    since.refresh_from_db()
    assert owner.generation_jobs.asked_since(since.created_at).count() == 3
    assert owner.generation_jobs.asked_since(timezone.now() + timedelta(hours=1)).count() == 0


def test_a_job_is_found_by_its_id_and_a_strangers_like_none(owner: User, jobs: dict[str, GenerationJob]) -> None:
    found, images = job_with_images(owner, jobs["first"].pk)
    theirs = GenerationJob.objects.exclude(user=owner).get()
    assert (found, len(images)) == (jobs["first"], 1)
    assert job_with_images(owner, theirs.pk) == job_with_images(owner, uuid4()) == (None, ())


def test_statistics_say_how_it_went_in_one_statement(
    owner: User, jobs: dict[str, GenerationJob], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = statistics(owner.generation_jobs.all())
    assert found == Statistics(total=5, success=2, failed=1, pending=2)
    assert found.success_rate == pytest.approx(2 / 3)


def test_without_an_end_there_is_no_success_rate(owner: User) -> None:
    asked(on_plan(owner))
    assert statistics(owner.generation_jobs.all()).success_rate is None
    assert statistics(owner.generation_jobs.failed()) == Statistics(total=0, success=0, failed=0, pending=0)
