"""Workers and brokers killed outright, at each step of a job: every job still ends once, charged once or refunded."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from apps.accounts.models import User
from apps.credits.models import CreditTransaction
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.states import Status
from apps.generations.sweep import Swept, sweep
from tests.factories import UserFactory, on_plan, wish
from tests.faults.conftest import StartWorker
from tests.faults.patience import PATIENCE_SECONDS, eventually
from tests.faults.servers import Broker
from tests.faults.sessions import held, nobody_is_connected, wait_for_a_row
from tests.images_api import KEY, Asked, ImagesApi, Reply, pictures

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

SLOW = "a slow beach"


class Slow:
    """A provider that draws at once, but for one prompt, for which it takes until it may answer."""

    def __init__(self, api: ImagesApi) -> None:
        self.may_answer = Event()
        api.answering = self
        self.told: Mapping[str, str] = {
            "IMAGE_PROVIDER": "openai",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": api.base_url,
        }

    def __call__(self, asked: Asked) -> Reply:
        if asked["prompt"] == SLOW:
            self.may_answer.wait(PATIENCE_SECONDS)
        return pictures(asked)


@pytest.fixture
def slow(images_api: ImagesApi) -> Iterator[Slow]:
    provider = Slow(images_api)
    yield provider
    provider.may_answer.set()


def requested(prompt: str = "a quiet beach", user: User | None = None) -> GenerationJob:
    """One image for 1 of 50 credits, sent to the broker; of somebody who has asked for nothing else, if not said."""
    return operations.request(user=user or on_plan(UserFactory.create()), wish=wish(prompt=prompt))


def in_state(job: GenerationJob, status: Status) -> bool:
    job.refresh_from_db()
    return job.status == status


def assert_paid_once_or_not_at_all(job: GenerationJob) -> None:
    """The charge, and its refund where the job failed."""
    job.refresh_from_db()
    expected = {Status.COMPLETED: [-1], Status.FAILED: [-1, 1]}[Status(job.status)]
    assert list(CreditTransaction.objects.of_job(job.pk).in_order().values_list("amount", flat=True)) == expected
    assert job.images.count() == (job.status == Status.COMPLETED)


def files(settings: LazySettings) -> int:
    return len([path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()])


def test_jobs_whose_worker_was_killed_fail_once_and_what_comes_again_changes_nothing(
    broker: Broker, start_worker: StartWorker, images_api: ImagesApi, slow: Slow, settings: LazySettings
) -> None:
    """One waits to be taken up, one is drawn, one has its images stored and is to be settled; and one was settled by
    its process when the worker was killed, which hadn't told the broker so."""
    taken, _, settled, unconfirmed = jobs = [requested(), requested(SLOW), requested(), requested()]
    with ExitStack() as holding:
        holding.enter_context(held(taken))
        holding.enter_context(held(settled.user))
        with held(unconfirmed.user):
            worker = start_worker(processes=4, told=slow.told)
            eventually(partial(wait_for_a_row, 3))
            eventually(lambda: SLOW in [asked["prompt"] for asked in images_api.asked])
            worker.freeze()
        eventually(lambda: in_state(unconfirmed, Status.COMPLETED))
        worker.kill()
    eventually(nobody_is_connected)
    settings.GENERATION_STALL_SECONDS = 0
    assert sweep() == Swept(offered_again=0, failed=3)
    ended = {job.pk: job.updated_at for job in GenerationJob.objects.all()}

    broker.hand_out_again()
    start_worker(told=slow.told)
    eventually(broker.is_idle)

    for job in jobs:
        assert_paid_once_or_not_at_all(job)
        assert job.updated_at == ended[job.pk]
    assert [job.status for job in jobs] == [Status.FAILED] * 3 + [Status.COMPLETED]
    assert (unconfirmed.attempts, files(settings)) == (1, 2)
    call_command("verify_ledger", verbosity=0)


def test_jobs_that_a_broker_lost_or_was_killed_with_are_offered_again_and_charged_once(
    broker: Broker, start_worker: StartWorker, slow: Slow, settings: LazySettings
) -> None:
    lost = requested()
    broker.empty()
    settings.GENERATION_PICKUP_SECONDS = 0
    assert sweep() == sweep() == Swept(offered_again=1, failed=0)
    start_worker(told=slow.told)
    eventually(lambda: in_state(lost, Status.COMPLETED) and broker.is_idle())

    drawn = requested(SLOW)
    eventually(lambda: in_state(drawn, Status.PROCESSING))
    broker.kill()
    unsent = requested()
    broker.start()
    assert sweep() == Swept(offered_again=1, failed=0)
    slow.may_answer.set()
    eventually(lambda: in_state(drawn, Status.COMPLETED) and in_state(unsent, Status.COMPLETED))

    for each in (lost, drawn, unsent):
        assert_paid_once_or_not_at_all(each)
    call_command("verify_ledger", verbosity=0)
