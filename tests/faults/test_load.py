"""Worker, broker and database killed in turn while 200 jobs are asked for and made: nothing lost, nothing twice."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection
from django.db.utils import InterfaceError
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from activity_project import environment
from apps.accounts.models import User
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.states import FINAL
from apps.generations.sweep import tidy
from tests.factories import UserFactory, on_plan, wish
from tests.faults.books import assert_books_agree, outcomes
from tests.faults.patience import eventually
from tests.faults.reporting import Report
from tests.faults.servers import Broker, Database, copy_tables
from tests.faults.workers import Beat, Worker
from tests.images_api import KEY, Asked, ImagesApi, Reply, error, listing, pictures
from tests.services import throw_away_folder

pytestmark = pytest.mark.faults

PEOPLE, JOBS_EACH = 4, 50
JOBS = PEOPLE * JOBS_EACH
LONGEST_S = 120.0  # for the last jobs to be given up, after all that happened


class Scene:
    """Everything that takes part, and may be killed."""

    def __init__(self, database: Database, broker: Broker, folder: Path, told: dict[str, str]) -> None:
        self.database = database
        self.broker = broker
        self._told, self._folder = told, folder
        self.worker = self._worker()
        self.beat = Beat(told, folder)

    def kill_worker(self) -> None:
        self.worker.kill()
        self.worker = self._worker()

    def kill_broker(self) -> None:
        self.broker.kill()
        self.broker.start()

    def kill_database(self) -> None:
        self.database.kill()
        self.database.start()

    def end(self) -> None:
        for program in (self.worker, self.beat):
            program.kill()

    def _worker(self) -> Worker:
        return Worker(self._told, self._folder / "worker.log", processes=2)


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """A database of this test's own, with the product's tables; this process works on it too."""
    with throw_away_folder() as folder, django_db_blocker.unblock():
        running = Database(folder)
        copy_tables(connection, running.url)
        with _working_on(running.url):
            yield running
        running.kill()


@pytest.fixture
def scene(
    database: Database, broker: Broker, images_api: ImagesApi, settings: LazySettings, tmp_path: Path
) -> Iterator[Scene]:
    images_api.answering = Moody()
    told = os.environ | {
        "DATABASE_URL": database.url,
        "REDIS_URL": broker.url,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "IMAGE_PROVIDER": "openai",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": images_api.base_url,
        "GENERATION_PICKUP_SECONDS": "5",
        "GENERATION_STALL_SECONDS": "16",
        "OPENAI_TIMEOUT_SECONDS": "10",
    }
    playing = Scene(database, broker, tmp_path, told)
    yield playing
    playing.end()


class Moody:
    """Takes its time, refuses some prompts, is too busy for some at first, and answers some with what is no image."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        sleep(0.05)
        prompt = asked["prompt"]
        is_first = prompt not in self._seen
        self._seen.add(prompt)
        if "forbidden" in prompt:
            return error(400, code="moderation_blocked")
        if "popular" in prompt and is_first:
            return error(429, headers={"Retry-After": "1"})
        return listing([{"b64_json": "bm8gaW1hZ2U="}]) if "impossible" in prompt else pictures(asked)


def prompt(number: int) -> str:
    """Most are easy."""
    moods = {7: "a forbidden", 13: "a popular", 19: "an impossible"}
    return f"{moods.get(number % 25, 'a quiet')} beach, number {number}"


@contextmanager
def _working_on(url: str) -> Iterator[None]:
    """This process's connections go to that database."""
    settings, before = connection.settings_dict, dict(connection.settings_dict)
    connection.close()
    there = environment.postgres("NO_VARIABLE", url)
    settings |= {name: there[name] for name in ("HOST", "NAME", "USER", "PASSWORD", "PORT")}
    try:
        yield
    finally:
        connection.close()
        settings |= before


def ask_for_all(person: User) -> None:
    """Asks like a program that repeats, with the same key, what was not answered."""
    try:
        for number in range(JOBS_EACH):
            eventually(partial(_asked, person, number), within_s=LONGEST_S)
            sleep(0.05)
    finally:
        connection.close()


def _asked(person: User, number: int) -> bool:
    try:
        operations.request(user=person, wish=wish(prompt=prompt(number)), idempotency_key=f"load:{number}")
    except (DatabaseError, InterfaceError):
        connection.close()
        return False
    return True


def ended() -> int:
    return GenerationJob.objects.filter(status__in=FINAL).count()


def have_ended(jobs: int) -> bool:
    return ended() >= jobs


def strike(scene: Scene, name: str, report: Report) -> None:
    """Kills it and has it back; the figure is how long until the next job ends."""
    before, started = ended(), monotonic()
    getattr(scene, f"kill_{name}")()
    connection.close()
    eventually(partial(have_ended, before + 1), within_s=LONGEST_S)
    report(f"{name} killed after {before} jobs had ended; the next ended {monotonic() - started:.1f} s later")


def test_worker_broker_and_database_killed_under_load_lose_nothing_and_double_nothing(
    scene: Scene, images_api: ImagesApi, report: Report
) -> None:
    started = monotonic()
    people = [on_plan(UserFactory.create(), "studio") for _ in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE) as pool:
        asking: list[Future[None]] = [pool.submit(ask_for_all, person) for person in people]
        for name, threshold in (("worker", 20), ("broker", 60), ("database", 100)):
            eventually(partial(have_ended, threshold), within_s=LONGEST_S)
            strike(scene, name, report)
        for each in asking:
            each.result()
    eventually(partial(have_ended, JOBS), within_s=LONGEST_S)
    tidy(now=timezone.now())
    report(
        f"{JOBS} jobs ended within {monotonic() - started:.0f} s, {len(images_api.asked)} calls to the provider: "
        + ", ".join(f"{count} {how}" for how, count in outcomes().most_common())
    )

    assert_books_agree()
