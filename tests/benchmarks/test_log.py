"""The log's benchmark at a small size: what must hold, without times."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Q
from pytest_django import DjangoDbBlocker

from activity_project.benchmarks.databases import own_database
from activity_project.benchmarks.log import backfilling, history, writers
from activity_project.benchmarks.log.history import DAYS, RARE_ROWS, RARE_TYPE, SYNC_PROBLEM
from apps.orders import feed
from apps.orders.models import ActivityEntry, OpenProblem
from apps.orders.models.activity_log import NEEDS_ATTENTION

TINY = history.Size(rows=3_000, open=50, seed=3)


@pytest.fixture(autouse=True)
def _committing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_every_count_is_within_its_budget_and_pruning_keeps_its_word(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"

    call_command("bench", "log", rows=60_000, seed=3, counts_only=True, json=written)

    figures = json.loads(written.read_text())["figures"]
    assert [figure for figure in figures if not figure["met"]] == []
    assert len(figures) == 7


def test_the_data_are_a_log_as_the_product_keeps_it() -> None:
    with own_database("test_log", content=TINY.content, fill=lambda: history.fill(TINY), fresh=True):
        open_ = ActivityEntry.objects.filter(NEEDS_ATTENTION)
        assert open_.count() == sum(OpenProblem.objects.values_list("entries", flat=True)) == TINY.open
        assert OpenProblem.objects.get(fingerprint=SYNC_PROBLEM).entries == TINY.open // 10
        assert ActivityEntry.objects.filter(event_type=RARE_TYPE).count() == RARE_ROWS
        assert len(feed.list_for_order(TINY.order_of(DAYS // 2))) == history.EVENTS_AN_ORDER
        assert not ActivityEntry.objects.filter(Q(inserted_at__lt=history.BEGIN)).exists()
        history.add_day(TINY, DAYS)
        assert len(feed.list_for_order(TINY.order_of(DAYS))) == history.EVENTS_AN_ORDER


def test_writers_write_and_tell_how_long_they_took() -> None:
    with own_database("test_log", content=TINY.content, fill=lambda: history.fill(TINY), fresh=False):
        before = ActivityEntry.objects.count()
        with writers.writing() as some:
            taken = some.end()

        assert ActivityEntry.objects.count() - before == len(taken) + writers.WRITERS
        assert all(each.ms > 0 for each in taken)


def test_the_orders_that_are_measured_get_their_timelines_once() -> None:
    with own_database("test_log_orders", content="orders", fill=lambda: backfilling.fill(200), fresh=True):
        values = {figure.name: figure.value for figure in backfilling.figures()}

        assert values["entries that a second backfill adds"] == 0
        assert ActivityEntry.objects.filter(backfilled=True).count() == 195 * 3 + 5 * 2
