"""Rows and days as they are read: in the person's own zone, with each day named once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from time_machine import travel

from apps.accounts.models import User
from apps.activity.presenters import ListPage
from apps.credits.models import TransactionType
from tests.activity import histories
from tests.activity.histories import Movement
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db

PAGE = "/activity/"
LONDON = "Europe/London"


def credited(user: User, moments: list[datetime], zone: str = "UTC") -> User:
    """The person, reading in the zone, with a bonus at each of the moments."""
    user.time_zone = zone
    user.save()
    histories.write(user.pk, [], [Movement(uuid4(), TransactionType.BONUS, 1, at) for at in moments])
    return user


def headings(page: ListPage) -> list[str]:
    return [day.label for day in page.days if day.show_heading]


@travel(datetime(2026, 6, 15, 9, 0, tzinfo=UTC), tick=False)
def test_the_last_two_days_have_words_and_older_ones_dates(owner: User, browser_of: type[SignedIn]) -> None:
    moments = [datetime(2026, 6, day, 8, 0, tzinfo=UTC) for day in (1, 14, 15)]

    page = browser_of(credited(owner, moments)).get(PAGE)

    assert headings(page.context["page"]) == ["Today", "Yesterday", "1 June 2026"]


@pytest.mark.parametrize(
    ("zone", "days"), [("UTC", 1), ("Pacific/Kiritimati", 1), ("Asia/Kathmandu", 2), ("America/St_Johns", 1)]
)
def test_an_hour_belongs_to_the_day_of_the_readers_zone(
    owner: User, browser_of: type[SignedIn], zone: str, days: int
) -> None:
    around_midnight_in_kathmandu = [datetime(2026, 6, 14, 18, minute, tzinfo=UTC) for minute in (14, 15)]

    page = browser_of(credited(owner, around_midnight_in_kathmandu, zone)).get(PAGE)

    assert len(page.context["page"].days) == days
    assert f"Times are in {zone}." in page.text


def test_the_hour_that_comes_twice_in_autumn_is_told_apart(owner: User, browser_of: type[SignedIn]) -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))

    page = browser_of(credited(owner, [first, second], LONDON)).get(PAGE)

    (day,) = page.context["page"].days
    assert [(row.time, row.time_iso) for row in day.rows] == [
        ("01:30", "2026-10-25T01:30:00+00:00"),
        ("01:30", "2026-10-25T01:30:00+01:00"),
    ]
    assert [row.time_exact[-3:] for row in day.rows] == ["GMT", "BST"]


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23), ("2026-06-15", 24)])
def test_a_day_is_as_long_as_the_clocks_make_it(owner: User, browser_of: type[SignedIn], day: str, hours: int) -> None:
    start = datetime.fromisoformat(f"{day}T00:00:00+00:00") - timedelta(hours=6)
    credited(owner, [start + timedelta(hours=hour) for hour in range(36)], LONDON)

    page = browser_of(owner).get(PAGE, {"from": day, "to": day}).context["page"]

    assert [(shown.date, len(shown.rows)) for shown in page.days] == [(day, hours)]


def test_more_of_a_day_does_not_repeat_its_heading(owner: User, browser_of: type[SignedIn]) -> None:
    start = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    credited(owner, [start + timedelta(minutes=minute) for minute in range(60)], LONDON)
    browser = browser_of(owner)

    first = browser.get(PAGE).context["page"]
    more = browser.get(first.next_url, headers={"HX-Request": "true", "HX-Target": "more"})

    assert headings(first) == ["25 October 2026"]
    assert "<html" not in more.text
    assert "<h2" not in more.text
    assert more.text.count("Bonus credits") == 10


def test_a_page_further_down_that_stands_alone_names_the_day_it_begins_in(
    owner: User, browser_of: type[SignedIn]
) -> None:
    start = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)
    browser = browser_of(credited(owner, [start + timedelta(seconds=second) for second in range(60)]))

    second = browser.get(browser.get(PAGE).context["page"].next_url)

    assert headings(second.context["page"]) == ["25 October 2026"]
    assert second.text.startswith("<!DOCTYPE html>")


def test_a_row_says_its_time_to_people_and_to_machines(owner: User, browser_of: type[SignedIn]) -> None:
    page = browser_of(credited(owner, [datetime(2026, 6, 15, 13, 12, 8, tzinfo=UTC)], LONDON)).get(PAGE)

    assert '<time datetime="2026-06-15T14:12:08+01:00"' in page.text
    assert "15 June 2026, 14:12:08 BST" in page.text
    assert timezone.get_current_timezone_name() == "UTC"
