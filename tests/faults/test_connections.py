"""A worker's connections: one serves many tasks, and one that broke is replaced before a task meets it."""

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.generations import operations
from apps.generations.states import Status
from tests.factories import UserFactory, on_plan, wish
from tests.faults.conftest import StartWorker
from tests.faults.patience import eventually

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]


def sessions() -> set[int]:
    """The other sessions of this database, by their process's id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def break_off(session: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [session])


def make_one(user: User) -> None:
    """One job from its request to its end, which no sweep has a part in."""
    job = operations.request(user=user, wish=wish(prompt="a quiet beach [refuse]"))
    eventually(lambda: type(job).objects.get(pk=job.pk).status == Status.FAILED)


def test_one_connection_serves_many_tasks_and_is_replaced_when_it_broke(start_worker: StartWorker) -> None:
    user = on_plan(UserFactory.create())
    before = sessions()
    start_worker()
    make_one(user)
    (first,) = sessions() - before

    for _ in range(10):
        make_one(user)
    assert sessions() - before == {first}

    break_off(first)
    make_one(user)
    assert first not in sessions()
