"""The product behind a real PgBouncer in transaction mode, with fewer sessions of the server than clients."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from activity_project import database_checks, databases
from activity_project.command_line import BEHIND_POOLER
from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.common.alone import alone
from apps.credits import ledger
from apps.credits.models import TransactionType
from apps.generations import operations
from apps.generations.models import GenerationJob
from apps.generations.operations import LimitReached
from apps.generations.states import FINAL
from apps.orders.models import ActivityEntry
from apps.orders.tasks import prune_activity_log
from tests import running
from tests.activity import histories
from tests.activity.histories import Movement
from tests.conftest import SignedIn
from tests.factories import UserFactory, having_made, issued, on_plan, wish
from tests.faults.books import assert_books_agree
from tests.faults.conftest import StartWorker
from tests.faults.patience import eventually
from tests.faults.servers import Broker
from tests.orders.test_retention import entry
from tests.other_ways import address, by_way_of
from tests.poolers import Pooler, needs_pgbouncer, pgbouncer, version
from tests.threads import at_once

pytestmark = [pytest.mark.faults, needs_pgbouncer, pytest.mark.usefixtures("committed")]

SESSIONS = 3
CLIENTS = 8
# PgBouncer keeps what its clients prepare since 1.22, and closes it again as libpq 17 asks it to.
PREPARES = version() >= (1, 22)


@pytest.fixture
def pooler() -> Iterator[Pooler]:
    with pgbouncer(sessions=SESSIONS, more="max_prepared_statements = 100" if PREPARES else "") as started:
        yield started


@pytest.fixture
def through(pooler: Pooler) -> Iterator[Pooler]:
    """This process's own connections lead through the pooler, too."""
    name = connection.settings_dict["NAME"]
    ways = databases.pooled(address(pooler.url(name)), connection.settings_dict, prepared=PREPARES)
    with by_way_of(ways):
        yield pooler
        assert 0 < pooler.figures()["used_servers"] <= SESSIONS


def with_history(items: int) -> User:
    user, begin = UserFactory.create(), datetime(2025, 1, 1, tzinfo=UTC)
    times = (begin + timedelta(minutes=number) for number in range(items))
    histories.write(user.pk, [], [Movement(uuid4(), TransactionType.BONUS, 1, at) for at in times])
    return user


def test_pages_and_files_are_the_same_for_many_clients_at_once(through: Pooler) -> None:
    people = [with_history(1_010 + number) for number in range(CLIENTS)]
    browsers = [SignedIn(person) for person in people]

    def read(number: int) -> tuple[int, int, int]:
        file = browsers[number].get("/activity/export.csv", {"range": "all_time"})
        lines = b"".join(file).count(b"\n")
        # Often enough for statements to be prepared in each of the server's sessions.
        pages = [browsers[number].get("/activity/", {"range": "all_time"}).status_code for _ in range(4)]
        return number, sum(pages), lines

    outcomes = at_once(CLIENTS, read)

    assert outcomes.errors == []
    assert sorted(outcomes.answers) == [(number, 800, 1_011 + number) for number in range(CLIENTS)]


def test_charges_of_many_clients_never_pass_a_limit(through: Pooler) -> None:
    owner = having_made(on_plan(UserFactory.create()), 47)

    outcomes = at_once(CLIENTS, lambda _: operations.request(user=owner, wish=wish()))

    assert (len(outcomes.answers), outcomes.kinds_of_error) == (3, {LimitReached})
    assert ledger.balance_of(owner.pk) == 47
    call_command("verify_ledger", verbosity=0)


class Busy(Exception):
    """Somebody else is at it."""


def test_what_is_done_alone_is_done_alone(through: Pooler) -> None:
    """Within the block each client speaks in transactions of its own, which the pooler would spread over sessions."""
    inside, most, counting = 0, 0, Lock()

    def work(_: int) -> int:
        nonlocal inside, most
        try:
            with alone("some work", busy=Busy, settings={"work_mem": "7MB"}):
                with counting:
                    inside, most = inside + 1, max(most, inside + 1)
                said = {_setting("work_mem") for _ in range(50)}
                with counting:
                    inside -= 1
        except Busy:
            return 0
        assert said == {"7MB"}
        return 1

    outcomes = at_once(CLIENTS, work)

    assert outcomes.errors == []
    assert sum(outcomes.answers) >= 1
    assert most == 1
    assert work(0) == 1  # nothing of it was left behind: neither the lock
    assert _setting("work_mem") != "7MB"  # nor the setting


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def test_work_of_its_own_session_cannot_begin_in_a_transaction(through: Pooler) -> None:
    with pytest.raises(TransactionManagementError, match="direct"), transaction.atomic(), alone("some work", busy=Busy):
        pass


def test_the_ways_are_looked_at(through: Pooler) -> None:
    (unsaid,) = database_checks.check_ways(databases=["default"])
    assert unsaid.id == "activity.W001"
    assert unsaid.hint
    assert "SET statement_timeout = '60000';" in unsaid.hint


def test_a_pooler_that_nobody_told_of_is_noticed(pooler: Pooler) -> None:
    url = pooler.url(connection.settings_dict["NAME"])
    with by_way_of({"default": databases.itself(address(url))}):
        (refused,) = database_checks.check_ways(databases=["default"])
    assert (refused.id, "unsupported startup parameter" in refused.msg) == ("activity.E001", True)

    quiet = databases.itself(address(url))
    del quiet["OPTIONS"]["options"]
    with by_way_of({"default": quiet}):
        assert [message.id for message in database_checks.check_ways(databases=["default"])] == ["activity.E002"]


def test_nothing_is_migrated_through_a_pooler_that_nobody_told_of(pooler: Pooler) -> None:
    told = running.environment(DATABASE_URL=pooler.url(connection.settings_dict["NAME"]))
    command = [sys.executable, "manage.py", "migrate"]
    refused = subprocess.run(command, cwd=running.ROOT, env=told, capture_output=True, text=True, timeout=120)
    assert refused.returncode == 1
    assert refused.stderr.endswith(f"unsupported startup parameter: options\n{BEHIND_POOLER}\n")


def ask(address: str, secret: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, bytes]:
    """What a program hears."""
    server = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    try:
        server.request(method, path, json.dumps(body) if body else None, headers)
        answer = server.getresponse()
        return answer.status, answer.read()
    finally:
        server.close()


def test_web_and_worker_processes_share_a_few_sessions(
    pooler: Pooler, broker: Broker, start_worker: StartWorker, tmp_path: Path
) -> None:
    """Two web processes and two of a worker: jobs from their asking to their end, the log pruned, pages meanwhile."""
    people = [on_plan(UserFactory.create()) for _ in range(4)]
    secrets = [issued(person, *Scope).secret for person in people]
    old = entry(days=400)
    usual = running.environment()
    told = {
        "DATABASE_URL": pooler.url(connection.settings_dict["NAME"]),
        "DATABASE_DIRECT_URL": usual["DATABASE_URL"],
        "DATABASE_POOLER_PREPARES": str(int(PREPARES)),
        "REDIS_URL": broker.url,
    }
    start_worker(processes=2, told=told)
    with ExitStack() as processes, ThreadPoolExecutor(CLIENTS) as clients:
        pooled = os.environ | usual | told | {"DATABASE_POOL_SIZE": "4"}
        webs = [processes.enter_context(running.web(tmp_path / f"web{n}.log", pooled)) for n in range(2)]

        def use(number: int) -> list[int]:
            secret, web = secrets[number % len(secrets)], webs[number % 2]
            asked = ask(web, secret, "POST", "/api/v1/generations", {"prompt": f"beach {number}"})
            read = [ask(web, secret, "GET", "/api/v1/activity?limit=100") for _ in range(5)]
            return [status for status, _ in [asked, *read]]

        prune_activity_log.delay()
        assert list(clients.map(use, range(CLIENTS))) == [[201] + [200] * 5] * CLIENTS
        eventually(lambda: GenerationJob.objects.filter(status__in=FINAL).count() == CLIENTS)
        eventually(lambda: not ActivityEntry.objects.filter(pk=old.pk).exists())
        figures = pooler.figures()
        shown = [json.loads(ask(webs[0], secret, "GET", "/api/v1/activity?limit=100")[1]) for secret in secrets]

    assert figures["used_clients"] > SESSIONS >= figures["used_servers"]
    # The plan's credits, and for each of two jobs itself and its charge.
    assert [len(each["items"]) for each in shown] == [5] * len(people)
    assert_books_agree()
