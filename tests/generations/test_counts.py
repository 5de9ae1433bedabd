"""Counts are recomputed from jobs: what differs is named and set right, and jobs that end meanwhile aren't lost."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.accounts.operations import reset_period
from apps.credits.enrolment import resume
from apps.generations import counts, operations
from apps.generations.counts import Counts, recount
from apps.generations.operations import Failure
from tests.factories import UserFactory, having_made, on_plan, wish, with_credits
from tests.generations.stand_ins import made

pytestmark = pytest.mark.django_db


def of(user: User) -> Counts:
    user.refresh_from_db()
    return Counts(user.generated_count, user.current_period_count)


def backfill(*options: str) -> list[str]:
    said = StringIO()
    call_command("backfill_generation_counts", *options, stdout=said)
    return said.getvalue().splitlines()


@pytest.fixture
def quiet(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Progress goes to standard error, which isn't what these tests look at."""
    yield
    capsys.readouterr()


@pytest.fixture
def busy(owner: User, teammate: User) -> User:
    """Three images before a reset, two after it; one job failed and one is in flight."""
    with_credits(on_plan(owner), 50)
    made(owner, 3)
    reset_period(user=owner, by=teammate, reason="Because.")
    made(owner, 2)
    failed = operations.request(user=owner, wish=wish(image_count=4))
    operations.settle(job_id=failed.pk, user_id=owner.pk, outcome=Failure(error="It broke.", code="broke"))
    operations.request(user=owner, wish=wish(image_count=5))
    return owner


@pytest.mark.usefixtures("quiet")
def test_counts_that_are_right_are_left_alone(busy: User) -> None:
    assert of(busy) == Counts(lifetime=5, period=2)
    assert backfill() == ["2 people: all counts are what the jobs add up to."]
    assert of(busy) == Counts(lifetime=5, period=2)


@pytest.mark.usefixtures("quiet")
def test_counts_that_differ_are_named_and_set_right(busy: User, stranger: User) -> None:
    having_made(busy, 9)
    having_made(stranger, 1)
    assert backfill() == [
        f"user {busy.pk}: generated_count 9, should be 5; current_period_count 9, should be 2",
        f"user {stranger.pk}: generated_count 1, should be 0; current_period_count 1, should be 0",
        "3 people: the counts of 2 differed. They are set right.",
    ]
    assert (of(busy), of(stranger)) == (Counts(5, 2), Counts(0, 0))
    assert backfill()[-1].endswith("add up to.")


@pytest.mark.usefixtures("quiet")
def test_a_dry_run_names_them_and_changes_nothing(busy: User) -> None:
    User.objects.filter(pk=busy.pk).update(current_period_count=7)
    assert backfill("--dry-run") == [
        f"user {busy.pk}: current_period_count 7, should be 2",
        "2 people: the counts of 1 differed. Nothing was changed.",
    ]
    assert of(busy) == Counts(5, 7)


def test_without_a_reset_the_period_is_all_there_was(owner: User) -> None:
    made(with_credits(owner, 9), 4)
    having_made(owner, 0)
    recount([owner.pk], write=True)
    assert of(owner) == Counts(lifetime=4, period=4)


def test_a_period_that_began_elsewhere_counts_what_was_made_since(owner: User) -> None:
    made(with_credits(on_plan(owner), 9), 4)
    owner.subscriptions.update(status="cancelled", ended_at=timezone.now())
    resume(user=owner, plan=owner.subscriptions.get().plan, starts_at=timezone.now() - timedelta(days=3))
    recount([owner.pk], write=True)
    assert of(owner) == Counts(lifetime=4, period=4)


def test_everyone_comes_round_once_in_batches(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(counts, "BATCH", 2)
    people = UserFactory.create_batch(5)
    with django_assert_num_queries(4):
        batches = list(counts.everyone())
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [pk for batch in batches for pk in batch] == [person.pk for person in people]


def test_a_batch_costs_the_same_however_many_people_differ(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    people = UserFactory.create_batch(20, generated_count=3)
    with django_assert_num_queries(4 + 2):  # rows held, timeout, sums, update; and the transaction's own two
        differences = recount([person.pk for person in people], write=True)
    assert len(differences) == 20
