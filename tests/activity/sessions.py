"""Database sessions beside the reader's, whose transactions stay open until they are told to end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections

from apps.accounts.models import User
from apps.credits import ledger
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure, Success
from apps.generations.states import Status
from tests.factories import wish

LOCK_TIMEOUT_MS = 5


class Session:
    """Runs the product's own operations in a connection of its own, all in one transaction until it ends."""

    def __init__(self) -> None:
        self._own = connection.copy()
        self._own.set_autocommit(False)
        with self._own.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
        self._own.commit()

    def do(self, work: Callable[[], Any]) -> None:
        """Does the work. Where another open transaction is in its way, this one is rolled back."""
        with self._speaking():
            try:
                work()
            except OperationalError:
                self._own.rollback()

    def commit(self) -> None:
        self._own.commit()

    def rollback(self) -> None:
        self._own.rollback()

    def close(self) -> None:
        self._own.rollback()
        self._own.close()

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        readers = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._own
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = readers


@contextmanager
def sessions(number: int) -> Iterator[list[Session]]:
    """So many sessions; what they left open is rolled back."""
    opened = [Session() for _ in range(number)]
    try:
        yield opened
    finally:
        for session in opened:
            session.close()


def request(user: User, pick: int) -> None:
    """A new job with its charge."""
    operations.request(user=user, wish=wish(seed=pick))


def start(user: User, pick: int) -> None:
    """One of the waiting jobs is taken up."""
    if job := _one_of(user, Status.QUEUED, pick):
        operations.claim(job.pk, attempt=1)


def complete(user: User, pick: int) -> None:
    """One of the running jobs succeeds."""
    if job := _one_of(user, Status.PROCESSING, pick):
        operations.settle(job_id=job.pk, user_id=user.pk, outcome=Success(images=(), metadata={}))


def fail(user: User, pick: int) -> None:
    """One of the jobs in flight fails, and what it was charged comes back."""
    if job := _one_of(user, Status.PROCESSING if pick % 3 else Status.QUEUED, pick):
        outcome = Failure(error="The provider was busy.", code="busy")
        operations.settle(job_id=job.pk, user_id=user.pk, outcome=outcome)


def award(user: User, pick: int) -> None:
    """Credits come in."""
    key = f"award:{pick}:{ledger.balance_of(user.pk)}"
    ledger.award_bonus(user=user, credits=1 + pick, key=key, by=None)


def _one_of(user: User, status: Status, pick: int) -> GenerationJob | None:
    jobs = list(GenerationJob.objects.filter(user=user, status=status).order_by("id"))
    return jobs[pick % len(jobs)] if jobs else None
