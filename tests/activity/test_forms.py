"""The filters in the address: what is read from it, and that nothing in it breaks the page."""

from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.activity.filters import EVERYTHING, DateRange, Type
from apps.activity.forms import FilterQuery
from apps.activity.items import Position, SourceType
from apps.activity.timeline import Cursor, Walk
from apps.credits.models import TransactionType
from apps.generations import operations
from apps.generations.states import Status
from tests.activity import histories
from tests.activity.histories import Movement
from tests.conftest import SignedIn
from tests.factories import CharacterFactory, on_plan, wish, with_credits

pytestmark = pytest.mark.django_db

PAGE = "/activity/"
NAMES = ("range", "from", "to", "type", "character", "status", "cursor")
JUNK = (
    "nonsense", "\x00", "a\x00b", "é\u202e\ud7ff", "9" * 3000, "-1", "[]", "{}", "%", "'; DROP TABLE users; --",
)  # fmt: skip
UNUSABLE_DATES = (
    "0001-01-01", "9999-12-31", "0000-00-00", "2026-02-30", "99999-01-01", "2026-11-21T00:00", "yesterday",
)  # fmt: skip
values = st.text(max_size=30) | st.dates().map(str) | st.uuids().map(str)


def read(user: User, **query: str) -> FilterQuery:
    return FilterQuery(QueryDict(urlencode(query)), user)


def test_an_empty_address_asks_for_everything(owner: User) -> None:
    asked = read(owner)

    assert asked.filters.fingerprint == EVERYTHING.fingerprint
    assert not asked.filters.is_active
    assert asked.notices == []


def test_every_filter_is_read_from_the_address(owner: User) -> None:
    owner.time_zone = "Europe/London"
    whom = CharacterFactory.create(user=owner)
    query = {"range": "last_7_days", "from": "2026-03-01", "to": "2026-03-31", "type": "generation"}

    filters = read(owner, **query, character=str(whom.pk), status="failed").filters

    assert (filters.range, filters.type, filters.status) == (DateRange.LAST_7_DAYS, Type.GENERATION, Status.FAILED)
    assert (filters.first_day, filters.last_day) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (filters.character_id, filters.zone.key) == (whom.pk, "Europe/London")


def test_an_archived_influencer_can_be_filtered_by(owner: User) -> None:
    archived = CharacterFactory.create(user=owner, archived_at=timezone.now())

    assert read(owner, character=str(archived.pk)).filters.character_id == archived.pk


def test_a_strangers_influencer_is_none_of_ones_own(owner: User, stranger: User) -> None:
    asked = read(owner, character=str(CharacterFactory.create(user=stranger).pk))

    assert asked.filters.character_id is None
    assert len(asked.notices) == 1


def test_a_period_that_ends_before_it_begins_is_ignored_with_a_message(owner: User) -> None:
    asked = read(owner, **{"from": "2026-03-02", "to": "2026-03-01"})

    assert not asked.filters.is_active
    assert asked.notices == ["The period ends before it begins, so its dates are ignored."]


@pytest.mark.parametrize(("name", "default"), [("range", DateRange.ALL_TIME), ("type", Type.ALL)])
@pytest.mark.parametrize("query", [{}, {"range": "x", "type": "x"}])
def test_a_form_shows_the_choice_that_is_applied_where_the_address_names_none(
    owner: User, name: str, default: str, query: dict[str, str]
) -> None:
    form = read(owner, **query).form

    # A list in which nothing is chosen shows its first entry, and would send it once another filter changes.
    assert form[name].value() in (None, "x")
    assert next(iter(form.fields[name].widget.choices))[0] == default


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", JUNK)
def test_junk_in_a_filter_gives_the_page_with_a_message(
    owner: User, browser_of: type[SignedIn], name: str, value: str
) -> None:
    page = browser_of(with_credits(owner, 5)).get(PAGE, {name: value})

    assert page.status_code == 200
    assert "Bonus credits" in page.text
    assert len(page.context["notices"]) == 1
    assert escape(page.context["notices"][0]) in page.text


@pytest.mark.parametrize("name", NAMES)
def test_a_filter_left_blank_is_no_filter(owner: User, browser_of: type[SignedIn], name: str) -> None:
    page = browser_of(with_credits(owner, 5)).get(PAGE, {name: ""})

    assert "Bonus credits" in page.text
    assert page.context["notices"] == []


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("value", UNUSABLE_DATES)
def test_a_day_that_no_calendar_of_ours_has_is_ignored_with_a_message(owner: User, name: str, value: str) -> None:
    asked = read(owner, **{name: value})

    assert not asked.filters.is_active
    assert len(asked.notices) == 1


@pytest.mark.parametrize(
    "query",
    ["status=failed&status=queued", "type=x&type=credits", "from=1&from=2026-01-01", "cursor=1&cursor=2", "a"],
)
def test_a_repeated_or_unknown_filter_does_no_harm(owner: User, browser_of: type[SignedIn], query: str) -> None:
    assert browser_of(owner).get(f"{PAGE}?{query}").status_code == 200


def test_the_next_page_keeps_the_filters_and_goes_on(owner: User, browser_of: type[SignedIn]) -> None:
    an_hour_ago = timezone.now() - timedelta(hours=1)
    moments = [an_hour_ago + timedelta(seconds=n) for n in range(51)]
    histories.write(owner.pk, [], [Movement(uuid4(), TransactionType.BONUS, 1, at) for at in moments])
    browser = browser_of(owner)

    first = browser.get(PAGE, {"type": "credits", "range": "all_time"})
    rest = browser.get(first.context["page"].next_url)

    assert "type=credits&amp;range=all_time" in first.text
    assert [len(day.rows) for day in rest.context["page"].days] == [1]
    assert rest.context["notices"] == []
    assert "Load more" not in rest.text


def test_a_cursor_for_other_filters_shows_the_first_page_with_a_message(
    owner: User, browser_of: type[SignedIn]
) -> None:
    with_credits(owner, 5)
    cursor = Cursor(Position(timezone.now(), SourceType.GENERATION_JOB, uuid4()), Walk(timezone.now(), "1:1:", None))

    page = browser_of(owner).get(PAGE, {"type": "credits", "cursor": cursor.encode(EVERYTHING)})

    assert "Start again from the first page" in page.text
    assert "Bonus credits" in page.text


def test_another_influencers_items_are_filtered_out(owner: User, browser_of: type[SignedIn]) -> None:
    luna, mia = (CharacterFactory.create(user=on_plan(owner), name=name) for name in ("Luna", "Mia"))
    for whom in (luna, mia):
        operations.request(user=owner, wish=wish(character=whom))

    page = browser_of(owner).get(PAGE, {"character": str(luna.pk)})

    assert "Generating 1 image for Luna" in page.text
    assert "for Mia" not in page.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(NAMES), values))
def test_no_address_breaks_the_page(owner: User, browser_of: type[SignedIn], query: dict[str, str]) -> None:
    browser = browser_of(owner)

    assert browser.get(f"{PAGE}?{urlencode(query, errors='replace')}").status_code == 200
