"""The ledger's benchmark at a small size: what must hold, without times."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from activity_project.benchmarks.databases import own_database
from activity_project.benchmarks.generations import accounts, importing
from activity_project.benchmarks.generations.designs import ours
from activity_project.benchmarks.generations.races import Length, pgbench_program, pgbench_rate, race
from apps.credits.verification import verify


@pytest.fixture(autouse=True)
def _committing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_what_must_hold_under_contention_holds(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"

    call_command("bench", "generations", rows=3_000, counts_only=True, json=written)

    figures = json.loads(written.read_text())["figures"]
    assert [figure for figure in figures if not figure["met"]] == []
    assert len(figures) == 9
    assert not connection.settings_dict["NAME"].endswith("_bench_generations")


@pytest.fixture
def _filled() -> Iterator[None]:
    with own_database("test_races", content="clients", fill=accounts.fill, fresh=True):
        yield


@pytest.mark.usefixtures("_filled")
def test_a_client_that_fails_is_counted_and_holds_nobody_up() -> None:
    two = accounts.clients()[:2]
    job = accounts.job_id(accounts.jobs_of(two[0], 1).start)

    run = race(lambda user, _job: ours(user, job), two, Length(charges=2))

    assert run.written >= 2
    assert len(run.errors) <= 1
    assert verify()[1] == []


@pytest.mark.usefixtures("_filled")
def test_pgbench_writes_the_ledger_that_the_product_does() -> None:
    program = pgbench_program()
    if not program:
        pytest.skip("there is no pgbench here")

    assert pgbench_rate(program, accounts.clients(), seconds=1) > 0
    assert verify()[1] == []


@pytest.mark.usefixtures("_filled")
def test_the_history_that_is_measured_comes_in_whole() -> None:
    refused = [figure.value for figure in importing.figures(rows=1_000, seed=1) if figure.name.endswith("refused")]
    assert refused == [0]
