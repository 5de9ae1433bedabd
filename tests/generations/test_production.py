"""An attempt at a job: delivered, put off, failed or come too late; every job ends once, charged or refunded."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.credits.models import CreditTransaction
from apps.generations import operations, production, tasks
from apps.generations.models import GenerationImage, GenerationJob
from apps.generations.operations import Failure
from apps.generations.providers.base import GeneratedImage, ImageRequest, Provider, ProviderError
from apps.generations.states import Status
from apps.generations.sweep import Swept, sweep
from tests.factories import CharacterFactory, on_plan, wish
from tests.generations.stand_ins import SKETCH, Delivering, Failing, Interrupted, picture, refusing

pytestmark = pytest.mark.django_db

Files = Callable[[], list[Path]]
Amounts = Callable[[User], list[int]]


@pytest.fixture
def job(owner: User) -> GenerationJob:
    """Two images, for 2 of 50 credits."""
    return operations.request(user=on_plan(owner), wish=wish(image_count=2))


def produced(job: GenerationJob, provider: Provider = SKETCH, *, attempt: int = 1) -> GenerationJob:
    """The job after an attempt that needs no other."""
    assert production.produce(job.pk, attempt=attempt, provider=provider) is None
    job.refresh_from_db()
    return job


def within_jitter_of(seconds: float) -> Any:
    """Equal to what is that long, or longer by the jitter at most."""
    return pytest.approx(seconds * 1.125, rel=0.125 / 1.125)


def busy(retry_after_s: float) -> Failing:
    """A provider that wants to be left alone for so long."""
    return Failing(ProviderError("Busy.", "busy", permanent=False, retry_after_s=retry_after_s))


def counts(user: User) -> tuple[int, int]:
    user.refresh_from_db()
    return user.generated_count, user.current_period_count


def test_a_job_that_went_well_has_its_images_and_is_counted(job: GenerationJob, files: Files) -> None:
    produced(job)
    assert (job.status, job.error, job.metadata["model"]) == (Status.COMPLETED, "", "studio-sketch-1")
    assert [image.position for image in job.images.in_order()] == [1, 2]
    assert all(path.stat().st_size for path in files())
    assert len(files()) == 4
    assert counts(job.user) == (2, 2)


def test_the_provider_is_told_what_the_influencer_looks_like(owner: User) -> None:
    luna = CharacterFactory.create(user=owner, description="silver hair")
    job = operations.request(user=on_plan(owner), wish=wish(character=luna))
    asked: list[ImageRequest] = []

    class Asked(Interrupted):
        def generate(self, request: ImageRequest) -> list[GeneratedImage]:
            asked.append(request)
            return list(super().generate(request))

    produced(job, Asked(lambda: None))
    assert asked[0].prompt == "a quiet beach\nsilver hair"


def test_a_second_delivery_does_nothing(job: GenerationJob, amounts: Amounts, files: Files) -> None:
    before, stored = produced(job).updated_at, files()
    assert produced(job, refusing()).updated_at == before
    assert (job.status, files(), amounts(job.user)) == (Status.COMPLETED, stored, [50, -2])


def test_a_second_delivery_while_the_first_is_at_work_does_nothing(job: GenerationJob, amounts: Amounts) -> None:
    produced(job, Interrupted(lambda: production.produce(job.pk, attempt=1, provider=refusing())))
    assert (job.status, counts(job.user), amounts(job.user)) == (Status.COMPLETED, (2, 2), [50, -2])


@pytest.mark.parametrize(("word", "code"), [("fail", "provider_failed"), ("refuse", "content_refused")])
def test_a_permanent_error_fails_and_refunds_at_once(owner: User, amounts: Amounts, word: str, code: str) -> None:
    job = operations.request(user=on_plan(owner), wish=wish(prompt=f"a beach [{word}]"))
    produced(job)
    assert (job.status, job.error_code, job.attempts) == (Status.FAILED, code, 1)
    assert (amounts(owner), counts(owner)) == ([50, -1, 1], (0, 0))


def test_a_transient_error_is_tried_again_and_refunded_once_after_the_last_attempt(
    owner: User, amounts: Amounts
) -> None:
    job = operations.request(user=on_plan(owner), wish=wish(prompt="a beach [flaky]"))
    waits = [production.produce(job.pk, attempt=attempt, provider=SKETCH) for attempt in (1, 2)]
    assert waits == [within_jitter_of(5), within_jitter_of(10)]
    assert amounts(owner) == [50, -1]
    produced(job, attempt=3)
    assert (job.status, job.error_code, job.attempts) == (Status.FAILED, "provider_busy", 3)
    assert amounts(owner) == [50, -1, 1]


def test_an_attempt_is_not_made_before_the_one_before_it(job: GenerationJob) -> None:
    assert produced(job, attempt=2).status == Status.QUEUED
    production.produce(job.pk, attempt=1, provider=refusing(permanent=False))
    assert produced(job, attempt=3).attempts == 1


def test_what_succeeds_at_the_second_attempt_is_charged_once(job: GenerationJob, amounts: Amounts) -> None:
    assert production.produce(job.pk, attempt=1, provider=refusing(permanent=False)) == within_jitter_of(5)
    assert produced(job, attempt=2).status == Status.COMPLETED
    assert amounts(job.user) == [50, -2]


@pytest.mark.parametrize(("asked_s", "least_s"), [(1, 5), (42, 42), (120, 120)])
def test_a_wait_that_the_provider_asks_for_is_kept(job: GenerationJob, asked_s: float, least_s: float) -> None:
    assert production.produce(job.pk, attempt=1, provider=busy(asked_s)) == within_jitter_of(least_s)


def test_waits_differ_so_that_jobs_do_not_come_back_all_at_once(owner: User) -> None:
    jobs = [operations.request(user=on_plan(owner), wish=wish()) for _ in range(5)]
    assert len({production.produce(each.pk, attempt=1, provider=busy(10)) for each in jobs}) > 1


def test_a_wait_longer_than_a_person_would_wait_fails_and_refunds_at_once(job: GenerationJob, amounts: Amounts) -> None:
    produced(job, busy(121))
    assert (job.status, job.error_code, job.attempts) == (Status.FAILED, "busy", 1)
    assert amounts(job.user) == [50, -2, 2]


def test_a_job_that_waits_for_its_next_attempt_does_not_stand_still(job: GenerationJob) -> None:
    claimed: list[datetime] = []

    def note() -> None:
        job.refresh_from_db()
        claimed.append(job.updated_at)
        raise ProviderError("Busy.", "busy", permanent=False)

    production.produce(job.pk, attempt=1, provider=Interrupted(note))
    job.refresh_from_db()
    assert job.updated_at > claimed[0]


def test_a_job_that_was_given_up_meanwhile_is_not_put_off(
    job: GenerationJob, settings: LazySettings, amounts: Amounts
) -> None:
    settings.GENERATION_STALL_SECONDS = 0

    def give_up() -> None:
        sweep()
        raise ProviderError("Busy.", "busy", permanent=False)

    assert produced(job, Interrupted(give_up)).error_code == "stalled"
    assert amounts(job.user) == [50, -2, 2]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_fewer_or_more_images_than_asked_are_not_taken_for_success(
    job: GenerationJob, amounts: Amounts, files: Files, count: int
) -> None:
    for attempt in (1, 2, 3):
        production.produce(job.pk, attempt=attempt, provider=Delivering([picture()] * count))
    job.refresh_from_db()
    assert (job.status, job.error_code, files(), amounts(job.user)) == (
        Status.FAILED,
        "wrong_count",
        [],
        [50, -2, 2],
    )


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(GeneratedImage(b"<svg/>", "image/svg+xml", 1, 1), id="of a kind we do not take"),
        pytest.param(GeneratedImage(b"", "image/png", 1, 1), id="empty"),
        pytest.param(GeneratedImage(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "image/png", 1, 1), id="broken"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_no_file(
    job: GenerationJob, files: Files, image: GeneratedImage
) -> None:
    assert production.produce(job.pk, attempt=1, provider=Delivering([picture(), image])) == within_jitter_of(5)
    assert files() == []


@pytest.mark.parametrize(
    ("message", "shown"), [("", "The provider gave no reason."), ("x" * 900, "x" * 499 + "…"), ("a\0b", "ab")]
)
def test_whatever_a_provider_says_ends_the_job(job: GenerationJob, amounts: Amounts, message: str, shown: str) -> None:
    produced(job, refusing(message, code="c" * 99))
    assert (job.status, job.error, job.error_code) == (Status.FAILED, shown, "c" * 40)
    assert amounts(job.user) == [50, -2, 2]


def test_an_unforeseen_error_fails_and_refunds_without_telling_its_words(job: GenerationJob, amounts: Amounts) -> None:
    produced(job, Failing(RuntimeError("secret")))
    assert (job.status, job.error_code) == (Status.FAILED, "internal_error")
    assert "secret" not in job.error
    assert amounts(job.user) == [50, -2, 2]


def test_a_late_workers_images_are_thrown_away(
    job: GenerationJob, settings: LazySettings, amounts: Amounts, files: Files
) -> None:
    settings.GENERATION_STALL_SECONDS = 0
    swept: list[Swept] = []
    produced(job, Interrupted(lambda: swept.append(sweep())))
    assert swept == [Swept(offered_again=0, failed=1)]
    assert (job.status, job.error_code) == (Status.FAILED, "stalled")
    assert (files(), GenerationImage.objects.count(), counts(job.user)) == ([], 0, (0, 0))
    assert amounts(job.user) == [50, -2, 2]


def test_a_late_failure_is_not_refunded_again(job: GenerationJob, settings: LazySettings, amounts: Amounts) -> None:
    settings.GENERATION_STALL_SECONDS = 0
    operations.claim(job.pk, attempt=1)
    sweep()
    late = operations.settle(job_id=job.pk, user_id=job.user_id, outcome=Failure(error="It broke.", code="broke"))
    assert not late
    assert amounts(job.user) == [50, -2, 2]


def test_a_job_that_failed_before_it_was_claimed_stays_failed(job: GenerationJob, amounts: Amounts) -> None:
    operations.settle(job_id=job.pk, user_id=job.user_id, outcome=Failure(error="It broke.", code="broke"))
    assert produced(job).status == Status.FAILED
    assert amounts(job.user) == [50, -2, 2]


def test_a_job_that_is_not_there_needs_nothing(owner: User) -> None:
    assert production.produce(owner.public_id, attempt=1) is None


def test_the_task_makes_the_next_attempt_known_and_ends_with_the_last(
    owner: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    job = operations.request(user=on_plan(owner), wish=wish(prompt="a beach [flaky]"))
    for attempt in (1, 2, 3):
        tasks.produce(str(job.pk), attempt)
    job.refresh_from_db()
    assert (job.status, CreditTransaction.objects.of_job(job.pk).count()) == (Status.FAILED, 2)
