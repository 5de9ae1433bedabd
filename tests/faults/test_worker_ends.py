"""A worker that is asked to end, as with every deployment: nothing is cut off, nothing waits for the sweep."""

from threading import Event

import pytest

from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.states import Status
from tests.factories import UserFactory, on_plan, wish
from tests.faults.books import assert_books_agree
from tests.faults.conftest import StartWorker
from tests.faults.patience import PATIENCE_SECONDS, eventually
from tests.faults.servers import Broker
from tests.images_api import KEY, Asked, ImagesApi, Reply, error, pictures

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

BUSY, SLOW, LAST = "a busy beach", "a slow beach", "a beach for the next worker"


class Provider:
    """Is busy for one prompt when it is first asked, and takes until it may answer for another."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.may_answer = Event()

    def __call__(self, asked: Asked) -> Reply:
        prompt = asked["prompt"]
        self.prompts.append(prompt)
        if prompt == SLOW:
            self.may_answer.wait(PATIENCE_SECONDS)
        return error(429) if prompt == BUSY and self.prompts.count(BUSY) == 1 else pictures(asked)


def states(jobs: list[GenerationJob]) -> list[str]:
    for job in jobs:
        job.refresh_from_db()
    return [job.status for job in jobs]


def test_a_running_job_is_brought_to_its_end_and_waiting_ones_and_attempts_go_back(
    broker: Broker, start_worker: StartWorker, images_api: ImagesApi
) -> None:
    images_api.answering = provider = Provider()
    told = {"IMAGE_PROVIDER": "openai", "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": images_api.base_url}
    told |= {"GENERATION_BACKOFF_SECONDS": "0"}
    user = on_plan(UserFactory.create())
    jobs = [operations.request(user=user, wish=wish(prompt=prompt)) for prompt in (BUSY, SLOW, LAST)]
    worker = start_worker(told=told)
    eventually(lambda: SLOW in provider.prompts)

    worker.ask_to_end()
    eventually(lambda: worker.says("Warm shutdown"))
    provider.may_answer.set()

    assert worker.end_status() == 0
    assert states(jobs) == [Status.PROCESSING, Status.COMPLETED, Status.QUEUED]
    assert (broker.waiting(), broker.held()) == (2, 0)
    start_worker(told=told)
    eventually(lambda: states(jobs) == [Status.COMPLETED] * 3)
    assert [job.attempts for job in jobs] == [2, 1, 1]
    assert sorted(provider.prompts) == sorted([BUSY, BUSY, SLOW, LAST])
    assert_books_agree()
