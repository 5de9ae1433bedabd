"""The timeline as a file: what the page's walk shows, all of it, and nobody else's."""

import csv
import json
import tracemalloc
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.activity import exports
from apps.activity.filters import EVERYTHING
from apps.activity.forms import FilterQuery
from apps.activity.timeline import Timeline
from apps.common.export import csv_file
from apps.credits.models import TransactionType
from apps.generations.states import Status
from tests.activity import histories
from tests.activity.histories import Job, Movement
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
FORMULA = '=HYPERLINK("https://example.com","Luna")'
FILES = ("/activity/export.csv", "/activity/export.json")
SESSION_AND_USER = 2


def give_a_history(user: User, jobs: int) -> None:
    """So many jobs, an hour apart and every third failed, each with its charge; and a grant before."""
    character = CharacterFactory.create(user=user, name=FORMULA)
    begin = NOW - timedelta(hours=jobs + 1)
    made = [_job(begin + timedelta(hours=number + 1), number, character.pk) for number in range(jobs)]
    grant = Movement(uuid4(), TransactionType.SUBSCRIPTION_GRANT, 1_000_000, begin)
    charges = [
        Movement(uuid4(), TransactionType.GENERATION, -4, job.created_at, job.id, job.character_id) for job in made
    ]
    histories.write(user.pk, made, [grant, *charges])


def _job(at: datetime, number: int, character_id: UUID) -> Job:
    status = Status.FAILED if number % 3 == 0 else Status.COMPLETED
    return Job(uuid4(), status, at, at, at + timedelta(seconds=9), character_id if number % 2 else None)


@pytest.fixture
def history(owner: User) -> User:
    owner.time_zone = "Asia/Kathmandu"
    owner.save()
    give_a_history(owner, jobs=70)
    return owner


def lines(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.getvalue().decode(), newline="")))


def objects(answer: Any) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(answer.getvalue())
    return found


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"type": "credits"},
        {"type": "generation"},
        {"status": "failed"},
        {"range": "last_7_days", "type": "generation"},
        {"from": f"{NOW - timedelta(days=2):%Y-%m-%d}", "to": f"{NOW - timedelta(days=1):%Y-%m-%d}"},
        {"q": "quiet BEACH", "type": "generation"},
        {"status": "queued"},
    ],
)
def test_a_file_holds_exactly_what_the_filtered_page_walks_through(
    history: User, browser_of: type[SignedIn], query: dict[str, str]
) -> None:
    filters = FilterQuery(query, history).filters
    walked = list(Timeline(user_id=history.pk, now=timezone.now(), filters=filters, limit=7).walk())

    as_csv, as_json = (browser_of(history).get(file, query) for file in FILES)

    assert [line["job_id"] or line["transaction_id"] for line in lines(as_csv)] == [
        str(item.generation_job_id or item.credit_transaction_id) for item in walked
    ]
    assert objects(as_json) == [json.loads(json.dumps(item.as_json())) for item in walked]


def test_one_influencers_file_holds_what_was_for_them(history: User, browser_of: type[SignedIn]) -> None:
    character = history.characters.get()
    found = lines(browser_of(history).get(FILES[0], {"character": str(character.pk)}))

    assert len(found) == 70
    assert {line["influencer_id"] for line in found} == {str(character.pk)}


def test_every_page_is_in_the_file_wherever_the_link_was_followed(history: User, browser_of: type[SignedIn]) -> None:
    page = Timeline(user_id=history.pk, now=timezone.now()).page()
    assert page.next_cursor is not None
    answer = browser_of(history).get(FILES[0], {"cursor": page.next_cursor.encode(EVERYTHING)})

    assert len(lines(answer)) == 141


def test_a_line_tells_local_time_signed_credits_and_links(history: User, browser_of: type[SignedIn]) -> None:
    newest, *_rest = lines(browser_of(history).get(FILES[0], {"type": "credits"}))

    assert list(newest) == list(exports.COLUMNS)
    assert newest["occurred_at"].endswith("+05:45")
    assert datetime.fromisoformat(newest["occurred_at"]) == NOW - timedelta(hours=1)
    assert (newest["type"], newest["credits"], newest["balance_after"]) == ("credits_consumed", "-4", "999720")
    assert newest["title"].startswith("Credits used for 2 images (HQ) for =HYPERLINK")
    assert newest["job_id"]
    assert newest["transaction_id"]


def test_an_influencers_hostile_name_is_only_a_name(history: User, browser_of: type[SignedIn]) -> None:
    names = {line["influencer"] for line in lines(browser_of(history).get(FILES[0]))}

    assert names == {"", f"'{FORMULA}"}


def test_a_stranger_gets_a_file_without_a_line_of_it(history: User, stranger: User, browser_of: type[SignedIn]) -> None:
    browser = browser_of(stranger)

    assert lines(browser.get(FILES[0])) == []
    assert objects(browser.get(FILES[1])) == []


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "query",
    [
        {"status": "nonsense"},
        {"type": "jobs"},
        {"range": "yesterday"},
        {"from": "2026-02-30"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"character": "00000000-0000-4000-8000-000000000000"},
        {"q": "?!"},
    ],
    ids=str,
)
def test_filters_that_cannot_be_applied_make_no_file(
    history: User, browser_of: type[SignedIn], file: str, query: dict[str, str]
) -> None:
    answer = browser_of(history).get(file, query)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Nothing was exported")
    assert "Content-Disposition" not in answer


@pytest.mark.parametrize("file", FILES)
def test_somebody_elses_influencer_answers_like_one_that_does_not_exist(
    history: User, stranger: User, browser_of: type[SignedIn], file: str
) -> None:
    browser, theirs = browser_of(stranger), str(history.characters.get().pk)

    assert browser.get(file, {"character": theirs}).content == browser.get(file, {"character": str(uuid4())}).content


def test_the_file_is_named_after_the_day_where_the_person_is(history: User, browser_of: type[SignedIn]) -> None:
    answer = browser_of(history).get(FILES[0])
    today = timezone.now().astimezone(history.zone).date()

    assert answer["Content-Disposition"] == f'attachment; filename="activity-{today}.csv"'
    answer.close()


@pytest.mark.parametrize("fragment", [False, True])
def test_the_page_offers_files_of_what_it_shows(history: User, browser_of: type[SignedIn], fragment: bool) -> None:
    headers = {"HX-Request": "true", "HX-Target": "timeline"} if fragment else {}
    query = {
        "type": "credits",
        "status": "nonsense",
        "from": "2026-01-01",
        "character": "",
        "cursor": "nonsense",
        "q": "?!",
    }
    page = browser_of(history).get("/activity/", query, headers=headers).text

    for file in FILES:
        assert f'href="{file}?from=2026-01-01&amp;type=credits"' in page


def test_the_page_offers_no_file_of_nothing(owner: User, browser_of: type[SignedIn]) -> None:
    assert "export.csv" not in browser_of(owner).get("/activity/").text


def test_a_file_takes_one_statement_a_thousand_items(
    history: User, browser_of: type[SignedIn], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(history)
    with django_assert_num_queries(SESSION_AND_USER + 1):
        browser.get(FILES[0]).getvalue()


def test_pages_are_read_as_the_file_is_sent(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_a_history(owner, jobs=20)
    monkeypatch.setattr(exports, "ITEMS_A_STATEMENT", 10)
    items = exports.items(owner.pk, EVERYTHING, timezone.now())

    with django_assert_num_queries(1):
        next(items)
    with django_assert_num_queries(4):
        assert len(list(items)) == 40


def test_memory_does_not_grow_with_the_history(db: None) -> None:
    small, large = UserFactory.create(), UserFactory.create()
    give_a_history(small, jobs=1_500)
    give_a_history(large, jobs=9_000)
    _peak_of_exporting(small)

    assert _peak_of_exporting(large) < 1.3 * _peak_of_exporting(small)


def _peak_of_exporting(user: User) -> int:
    """The most bytes that Python held at once while a file was sent."""
    tracemalloc.start()
    items = exports.items(user.pk, EVERYTHING, timezone.now())
    for _chunk in csv_file((exports.row(item, user.zone) for item in items), header=exports.COLUMNS, name="x"):
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
