"""The list as a file: exactly what is filtered, all of it, in constant memory."""

import csv
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.generations.models import GenerationJob
from apps.generations.staff import exports
from apps.generations.staff.filters import JobFilters, Period
from apps.generations.states import Status
from tests.generations.staff.past import EXPORT, a_job, ago, staff_with

pytestmark = pytest.mark.django_db

CSV, JSON = "/admin/generations/export.csv", "/admin/generations/export.json"
FORMULA = '=HYPERLINK("https://example.com")'


@pytest.fixture
def history(owner: User, stranger: User) -> None:
    for number in range(12):
        status = Status.FAILED if number % 3 == 0 else Status.COMPLETED
        a_job(owner if number % 2 else stranger, ago(days=number * 5), status=status, prompt=f"beach {number}")


def ids(answer: Any) -> list[UUID]:
    return [UUID(line["id"]) for line in csv.DictReader(StringIO(answer.getvalue().decode(), newline=""))]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("query", "conditions"),
    [
        ({"period": "all_time"}, {}),
        ({}, {"created_at__gt": ago(days=29)}),
        ({"status": "failed", "period": "all_time"}, {"status": "failed"}),
        ({"user": "owner@example.com", "period": "all_time"}, {"user__email": "owner@example.com"}),
        ({"q": "BEACH 1", "period": "all_time"}, {"prompt_text__contains": "1"}),
        ({"error": "no_such_code"}, {"error_code": "no_such_code"}),
    ],
)
def test_a_file_holds_exactly_what_is_filtered(query: dict[str, str], conditions: dict[str, object]) -> None:
    browser = staff_with(EXPORT)
    expected = list(GenerationJob.objects.filter(**conditions).newest_first().values_list("pk", flat=True))

    assert ids(browser.get(CSV, query)) == expected
    assert [UUID(each["id"]) for each in json.loads(browser.get(JSON, query).getvalue())] == expected


def test_a_line_says_everything_and_no_spreadsheet_runs_it(owner: User) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    job = a_job(owner, at, status=Status.FAILED, prompt=FORMULA, took=timedelta(seconds=2))
    browser = staff_with(EXPORT)

    (line,) = csv.DictReader(StringIO(browser.get(CSV, {"period": "all_time"}).getvalue().decode(), newline=""))
    (told,) = json.loads(browser.get(JSON, {"period": "all_time"}).getvalue())

    assert line["prompt"] == f"'{FORMULA}"
    assert tuple(line) == tuple(told) == exports.COLUMNS
    assert told == {
        "id": str(job.pk),
        "created_at": "2026-03-01T12:00:00.000000+00:00",
        "started_at": "2026-03-01T12:00:00.000000+00:00",
        "completed_at": "2026-03-01T12:00:02.000000+00:00",
        "status": "failed",
        "user": "owner@example.com",
        "user_id": str(owner.public_id),
        "influencer": None,
        "plan": None,
        "model": None,
        "prompt": FORMULA,
        "quality": "hq",
        "aspect_ratio": "9:16",
        "images": 2,
        "credits": 4,
        "took_ms": 2000,
        "attempts": 0,
        "error_code": "provider_timeout",
        "error": "The provider took too long.",
        "retried_from": None,
    }


@pytest.mark.parametrize("address", [CSV, JSON])
@pytest.mark.parametrize("query", ["period=forever", "user=nobody@example.com", "from=2026-02-02&to=2026-02-01"])
def test_a_file_of_other_filters_than_asked_is_never_sent(address: str, query: str) -> None:
    answer = staff_with(EXPORT).get(f"{address}?{query}")

    assert answer.status_code == 400
    assert "Nothing was exported" in answer.text


def test_many_jobs_take_no_more_memory_than_few(owner: User) -> None:
    template = a_job(owner, ago(days=2))
    now = timezone.now()

    def written(jobs: int) -> int:
        GenerationJob.objects.bulk_create(_copy(template, number) for number in range(jobs))
        tracemalloc.start()
        count = sum(1 for _ in exports.objects(JobFilters(period=Period.ALL_TIME), now))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == GenerationJob.objects.count()
        return peak

    few, many = written(3_000), written(6_000)

    assert many <= 1.2 * few


def _copy(job: GenerationJob, number: int) -> GenerationJob:
    at = job.created_at - timedelta(seconds=number)
    return GenerationJob(
        user_id=job.user_id, status=job.status, input=job.input, credits_used=4, created_at=at, started_at=at,
        completed_at=at, updated_at=at, metadata={},
    )  # fmt: skip
