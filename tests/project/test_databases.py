"""The ways to the database: what is refused before anything starts, and which way a command takes."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from activity_project import database_checks, databases
from activity_project.command_line import have_own_session
from activity_project.embedded import PROJECT
from tests.other_ways import address

POOLER, SERVER = "postgresql://me@pooler:6432/shop", "postgresql://me@server/shop"


def test_behind_a_pooler_nothing_rests_on_a_session() -> None:
    ways = databases.pooled(address(POOLER), address(SERVER), prepared=False)

    through, direct = ways["default"], ways["direct"]
    assert "options" not in through["OPTIONS"]
    assert (through["OPTIONS"]["prepare_threshold"], through["DISABLE_SERVER_SIDE_CURSORS"]) == (None, True)
    assert (direct["HOST"], direct["OPTIONS"]["prepare_threshold"]) == ("server", databases.PREPARED_AFTER)
    assert "statement_timeout=60000" in direct["OPTIONS"]["options"]


@pytest.mark.parametrize(
    ("pooler", "server", "reason"),
    [
        (SERVER, SERVER, "DATABASE_DIRECT_URL leads where"),
        (f"{POOLER}?options=-c%20work_mem%3D9MB", SERVER, "DATABASE_URL has `options`"),
    ],
    ids=["the same address twice", "what a pooler doesn't hand on"],
)
def test_addresses_that_cannot_be_meant_stop_the_start(pooler: str, server: str, reason: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=reason):
        databases.pooled(address(pooler), address(server), prepared=False)


def test_a_replica_of_itself_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URL leads where"):
        databases.replica(address(SERVER), address(SERVER))


def test_a_server_behind_no_pooler_stops_the_start() -> None:
    told = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-c", "import activity_project.settings"]
    started = subprocess.run(
        command, cwd=PROJECT, env=told | {"DATABASE_DIRECT_URL": SERVER}, capture_output=True, text=True
    )
    assert "Set DATABASE_URL: DATABASE_DIRECT_URL says that it leads through a pooler." in started.stderr


def test_a_command_goes_past_the_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", POOLER)
    monkeypatch.setenv("DATABASE_DIRECT_URL", SERVER)

    have_own_session()

    assert (os.environ["DATABASE_URL"], os.environ.get("DATABASE_DIRECT_URL")) == (SERVER, None)


@pytest.mark.usefixtures("committed")
def test_without_a_pooler_there_is_nothing_to_say() -> None:
    assert database_checks.check_ways(databases=["default"]) == []
    assert database_checks.check_ways(databases=None) == []
