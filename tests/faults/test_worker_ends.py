"""A worker that is asked to end, as with every deployment: nothing is cut off, nothing waits for the sweep."""

import pytest

from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.states import Status
from tests.factories import UserFactory, on_plan, wish
from tests.faults.books import assert_books_agree
from tests.faults.conftest import StartWorker
from tests.faults.patience import eventually
from tests.faults.servers import Broker
from tests.images_api import KEY, Answering, Asked, ImagesApi, Reply, error, pictures

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]


def requested(count: int) -> list[GenerationJob]:
    user = on_plan(UserFactory.create())
    return [operations.request(user=user, wish=wish()) for _ in range(count)]


def states(jobs: list[GenerationJob]) -> list[str]:
    for job in jobs:
        job.refresh_from_db()
    return [job.status for job in jobs]


def test_a_running_job_is_brought_to_its_end_and_waiting_ones_go_back(
    broker: Broker, start_worker: StartWorker
) -> None:
    jobs = requested(3)
    worker = start_worker(drawing_s=2)
    eventually(lambda: states(jobs)[0] == Status.PROCESSING)

    worker.ask_to_end()

    assert worker.end_status() == 0
    assert states(jobs) == [Status.COMPLETED, Status.QUEUED, Status.QUEUED]
    assert (broker.waiting(), broker.held()) == (2, 0)
    start_worker()
    eventually(lambda: states(jobs) == [Status.COMPLETED] * 3)
    assert_books_agree()


def test_an_attempt_that_waits_for_its_time_goes_back_too(
    broker: Broker, start_worker: StartWorker, images_api: ImagesApi
) -> None:
    told = {"IMAGE_PROVIDER": "openai", "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": images_api.base_url}
    images_api.answering = busy_at_first(images_api)
    jobs = requested(1)
    worker = start_worker(told=told)
    eventually(lambda: images_api.asked and broker.held() == 1 and not broker.waiting())

    worker.ask_to_end()

    assert worker.end_status() == 0
    assert (states(jobs), broker.waiting()) == ([Status.PROCESSING], 1)
    start_worker(told=told)
    eventually(lambda: states(jobs) == [Status.COMPLETED])
    assert (jobs[0].attempts, len(images_api.asked)) == (2, 2)
    assert_books_agree()


def busy_at_first(api: ImagesApi) -> Answering:
    def answering(asked: Asked) -> Reply:
        return error(429) if len(api.asked) == 1 else pictures(asked)

    return answering
