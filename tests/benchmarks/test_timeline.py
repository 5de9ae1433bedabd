"""The timeline's benchmark at a small size: counts hold everywhere, times are for people to look at."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from activity_project.benchmarks.databases import own_database
from activity_project.benchmarks.timeline import history
from apps.credits.models import CreditTransaction
from apps.credits.verification import verify
from apps.generations.models import GenerationJob

SIZE = history.Size(rows=30_000, seed=3)
TINY = history.Size(rows=3_000, seed=3)


@pytest.fixture(autouse=True)
def _committing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def told_of(size: history.Size) -> list[Any]:
    """All jobs and transactions, made anew."""
    with own_database("test_data", content=size.content, fill=lambda: history.fill(size), fresh=True):
        assert verify()[1] == []
        jobs = GenerationJob.objects.order_by("pk").values_list("pk", "user_id", "status", "occurred_at", "input")
        movements = CreditTransaction.objects.order_by("pk").values_list("pk", "user_id", "seq", "balance_after")
        return [*jobs, *movements]


def test_every_count_is_within_its_budget_and_every_design_reads_the_same_rows(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"

    call_command("bench", "timeline", rows=SIZE.rows, seed=SIZE.seed, counts_only=True, json=written)

    figures = json.loads(written.read_text())["figures"]
    assert [figure for figure in figures if not figure["met"]] == []
    assert len(figures) == 8
    assert not connection.settings_dict["NAME"].endswith("_bench_timeline")


def test_the_same_seed_gives_the_same_data_and_a_ledger_that_adds_up() -> None:
    first, again = told_of(TINY), told_of(TINY)

    assert first == again
    assert len(first) > TINY.rows * 0.9


def test_data_that_are_there_are_used_again_and_others_are_not() -> None:
    filled: list[str] = []
    for content in ("one", "one", "another"):
        with own_database("test_reuse", content=content, fill=lambda: filled.append("filled"), fresh=False):
            pass

    assert filled == ["filled", "filled"]


def test_nothing_is_measured_with_debug_on(settings: Any) -> None:
    settings.DEBUG = True

    with pytest.raises(CommandError, match="DEBUG is on"):
        call_command("bench", "timeline")
