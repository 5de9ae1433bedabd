"""A provider that is slow, down, busy or lying, and a worker that goes on: each job ends without the sweep's help."""

from collections.abc import Callable

import pytest

from apps.accounts.models import User
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.states import FINAL, Status
from tests.factories import UserFactory, on_plan, wish
from tests.faults.books import assert_books_agree
from tests.faults.conftest import StartWorker
from tests.faults.patience import eventually
from tests.images_api import KEY, Asked, ImagesApi, Reply, as_json, error, pictures

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

# What the prompt says, how the provider behaves then, and how the job ends: with which code, after how many attempts.
BEHAVIOUR: dict[str, tuple[Callable[[Asked], Reply], str, int]] = {
    "good": (pictures, "", 1),
    "dripping": (lambda _: Reply(body=b" " * 200, drips_every_s=0.1), "provider_timeout", 3),
    "down": (lambda _: error(503), "provider_busy", 3),
    "closed for a day": (lambda _: error(503, headers={"Retry-After": "86400"}), "provider_busy", 1),
    "lying": (lambda _: as_json({"data": [{"b64_json": "bm8gaW1hZ2U="}]}), "bad_image", 3),
    "cut short": (lambda asked: Reply(body=pictures(asked).body[:99], claims=9_999), "provider_unreachable", 3),
    "generous": (lambda asked: pictures(asked | {"n": 5}), "wrong_count", 3),
    "strict": (lambda _: error(400, code="content_policy_violation"), "content_refused", 1),
}


def answering(asked: Asked) -> Reply:
    return BEHAVIOUR[asked["prompt"]][0](asked)


def requested(user: User) -> dict[str, GenerationJob]:
    return {name: operations.request(user=user, wish=wish(prompt=name)) for name in BEHAVIOUR}


def test_whatever_the_provider_does_each_job_ends_by_itself_and_is_paid_once_or_not_at_all(
    start_worker: StartWorker, images_api: ImagesApi
) -> None:
    images_api.answering = answering
    user = on_plan(UserFactory.create())
    jobs = requested(user)
    told = {"IMAGE_PROVIDER": "openai", "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": images_api.base_url}
    told |= {"GENERATION_BACKOFF_SECONDS": "0"}
    start_worker(told=told | {"OPENAI_TIMEOUT_SECONDS": "1"})

    eventually(lambda: GenerationJob.objects.filter(status__in=FINAL).count() == len(jobs), within_s=120)

    for name, job in jobs.items():
        job.refresh_from_db()
        _, code, attempts = BEHAVIOUR[name]
        assert (name, job.error_code, job.attempts) == (name, code, attempts)
        assert job.status == (Status.FAILED if code else Status.COMPLETED)
    assert_books_agree()
