"""Worker, broker, database and web killed in turn while images are made, orders paid and pages looked at.

Nothing is lost, nothing happens twice, and pages are back without help. A broker that is killed has lost all it held.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.db.utils import InterfaceError
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from apps.accounts.models import User
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.states import FINAL
from apps.generations.sweep import tidy
from apps.orders import emails, feed
from apps.orders.log import drain_spool
from apps.orders.models import Order
from apps.webhooks import processing
from apps.webhooks.models import DeliveryStatus, WebhookDelivery
from tests.factories import UserFactory, on_plan, wish
from tests.faults.books import assert_books_agree, outcomes
from tests.faults.outside import PaymentProvider, Visitor, asked, beside, payment_of, signed_in
from tests.faults.patience import eventually
from tests.faults.reporting import Report
from tests.faults.servers import Broker, Database, copy_tables, working_on
from tests.faults.workers import Beat, Worker
from tests.images_api import KEY, Asked, ImagesApi, Reply, error, listing, pictures
from tests.orders.deliveries import session
from tests.orders.factories import open_order
from tests.running import Web, web_server
from tests.services import throw_away_folder
from tests.webhooks import signing

pytestmark = pytest.mark.faults

PEOPLE, JOBS_EACH, ORDERS = 4, 50, 40
JOBS = PEOPLE * JOBS_EACH
# After how many jobs have ended who is killed.
STRIKES = {"worker": 20, "broker": 60, "web": 90, "database": 110}
LONGEST_S = 120.0  # for the last jobs to be given up, after all that happened


class Scene:
    """Everything that takes part, and may be killed."""

    def __init__(self, database: Database, broker: Broker, web: Web, folder: Path, told: dict[str, str]) -> None:
        self.database = database
        self.broker = broker
        self.web = web
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

    def kill_web(self) -> None:
        self.web.kill_workers()

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
        with working_on(running.url):
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
        "ACTIVITY_DATA_DIR": str(tmp_path),  # where the spool is
        "STRIPE_SECRET_KEY": "sk_test_1",
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "STRIPE_WEBHOOK_SECRET": signing.STRIPE_SECRET,
        "DEBUG": "1",  # pages over plain HTTP
        "SANDBOX": "0",
        "IMAGE_PROVIDER": "openai",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": images_api.base_url,
        "GENERATION_PICKUP_SECONDS": "5",
        "GENERATION_STALL_SECONDS": "12",
        "GENERATION_BACKOFF_SECONDS": "1",
        "OPENAI_TIMEOUT_SECONDS": "10",
    }
    with web_server(tmp_path / "web.log", told) as web:
        playing = Scene(database, broker, web, tmp_path, told)
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


def strike(scene: Scene, name: str, visitor: Visitor, report: Report) -> None:
    """Kills it and has it back; the figures are how long until pages are whole and until the next job ends."""
    before, started = ended(), monotonic()
    getattr(scene, f"kill_{name}")()
    connection.close()
    eventually(visitor.is_served, within_s=LONGEST_S)
    served_s = monotonic() - started
    eventually(partial(have_ended, before + 1), within_s=LONGEST_S)
    ended_s = monotonic() - started
    report(f"{name} killed after {before} jobs: pages whole after {served_s:.1f} s, a job ended after {ended_s:.1f} s")


def assert_payments_agree(provider: PaymentProvider, orders: list[Order]) -> None:
    """Each message that was thanked for is one, processed; each order was paid, told and confirmed once."""
    told = WebhookDelivery.objects.values_list("event_id", "status")
    assert sorted(told) == sorted((event_id, DeliveryStatus.PROCESSED) for event_id in set(provider.accepted))
    assert len(told) == len(orders)
    for order in orders:
        happened = Counter(entry.event_type for entry in feed.list_for_order(order))
        assert (happened["order.created"], happened["order.email.confirmation_sent"]) == (1, 1)


def work_off_payments(broker: Broker) -> None:
    """As the schedule does when a minute has gone by, and with mails every ten."""
    WebhookDelivery.objects.filter(status=DeliveryStatus.RECEIVED).update(due_at=Now() - timedelta(seconds=1))
    processing.sweep()
    eventually(lambda: not WebhookDelivery.objects.filter(status=DeliveryStatus.RECEIVED).exists())
    emails.offer_unsent(timezone.now())
    eventually(lambda: not Order.objects.filter(confirmation_sent_at=None).exists())
    eventually(broker.is_idle)
    drain_spool()


def is_ready(scene: Scene) -> bool:
    """All parts as an operator wants them: what was killed is back, beat beats, nothing is left over."""
    status, body = asked(scene.web.address, "GET", "/readyz")
    return status == 200 and json.loads(body)["status"] == "ready"


def test_worker_broker_database_and_web_killed_under_load_lose_nothing_and_double_nothing(
    scene: Scene, images_api: ImagesApi, report: Report
) -> None:
    started = monotonic()
    people = [on_plan(UserFactory.create(), "studio") for _ in range(PEOPLE)]
    orders = [open_order() for _ in range(ORDERS)]
    messages = [payment_of(session(order), f"evt_{order.number}") for order in orders]
    provider = PaymentProvider(scene.web.address, messages)
    visitor = Visitor(scene.web.address, ("/healthz", "/shop/", "/activity/"), signed_in(people[0]))
    with ThreadPoolExecutor(PEOPLE + 1) as pool, beside(visitor.look_around):
        asking: list[Future[None]] = [pool.submit(ask_for_all, person) for person in people]
        telling = pool.submit(provider.tell_all, Event())
        for name, threshold in STRIKES.items():
            eventually(partial(have_ended, threshold), within_s=LONGEST_S)
            strike(scene, name, visitor, report)
        for each in [*asking, telling]:
            each.result()
    eventually(partial(have_ended, JOBS), within_s=LONGEST_S)
    work_off_payments(scene.broker)
    tidy(now=timezone.now())
    report(
        f"{JOBS} jobs ended within {monotonic() - started:.0f} s, {len(images_api.asked)} calls to the provider: "
        + ", ".join(f"{count} {how}" for how, count in outcomes().most_common())
    )
    report(f"{len(provider.accepted)} messages accepted, {sum(provider.refused.values())} refused and told again")
    report(f"pages: {dict(visitor.answers)}")

    assert_books_agree()
    assert_payments_agree(provider, orders)
    eventually(partial(is_ready, scene))
