"""The benchmark of credentials at a small size: its data are chains that the product could have written."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Max, Min
from pytest_django import DjangoDbBlocker

from activity_project.benchmarks.credentials import history
from activity_project.benchmarks.databases import own_database
from apps.credentials.models import Issuance

TINY = history.Size(rows=4_000, seed=3)


@pytest.fixture(autouse=True)
def _committing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_every_count_is_within_its_budget(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"

    call_command("bench", "credentials", rows=20_000, seed=3, counts_only=True, json=written)

    figures = json.loads(written.read_text())["figures"]
    assert [figure for figure in figures if not figure["met"]] == []
    assert len(figures) == 3


def test_each_issuance_stands_where_its_events_left_it() -> None:
    with own_database("test_chains", content=TINY.content, fill=lambda: history.fill(TINY), fresh=True):
        counted = Issuance.objects.annotate(
            written=Count("events"), first=Min("events__timestamp"), last=Max("events__timestamp")
        )

        assert counted.count() > TINY.rows / 2
        assert not counted.exclude(written=F("event_count"), first=F("first_at"), last=F("latest_at")).exists()
