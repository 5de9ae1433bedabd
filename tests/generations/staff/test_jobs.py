"""The staff's list: every job exactly once and in order, whatever is filtered, in pages that read a bounded part."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.accounts.models import Plan, User
from apps.common.keyset import BadCursor
from apps.generations.models import GenerationJob
from apps.generations.staff.filters import NOBODY, JobFilters, Period, State
from apps.generations.staff.jobs import decode, encode, job_page, walk
from apps.generations.staff.scan import Position
from apps.generations.states import Status
from tests.generations.staff.past import a_job, ago

pytestmark = pytest.mark.django_db

ALL = JobFilters(period=Period.ALL_TIME)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def history(owner: User, stranger: User) -> None:
    """Two people's jobs of all states over ten days; three were asked for at the same moment."""
    same = ago(days=3)
    for number, (user, status) in enumerate(product((owner, stranger), Status)):
        a_job(user, ago(days=number + 1), status=status, prompt=f"a beach number {number}")
    for _ in range(3):
        a_job(owner, same, model="other-model", prompt="100% wool_coat")


def ids(filters: JobFilters, now: datetime | None = None) -> list[UUID]:
    return [job.pk for job in walk(filters, now or timezone.now())]


def newest_first(**conditions: object) -> list[UUID]:
    return list(GenerationJob.objects.filter(**conditions).newest_first().values_list("pk", flat=True))


def paged(filters: JobFilters, limit: int) -> Iterator[UUID]:
    now, after = timezone.now(), None
    while True:
        page = job_page(filters, now, after, limit=limit)
        yield from (job.pk for job in page.jobs)
        if page.next is None:
            return
        after = decode(encode(page.next, filters), filters)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
@pytest.mark.parametrize("state", [None, *State])
def test_every_job_comes_exactly_once_and_in_order(state: State | None, limit: int) -> None:
    statuses = {None: list(Status), State.PENDING: [Status.QUEUED, Status.PROCESSING]}
    expected = newest_first(status__in=statuses.get(state) or [state])

    assert list(paged(JobFilters(period=Period.ALL_TIME, state=state), limit)) == expected


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("state", [None, *State])
def test_one_persons_jobs_are_theirs_alone(owner: User, state: State | None) -> None:
    theirs = ids(JobFilters(period=Period.ALL_TIME, state=state, user_id=owner.pk))

    everyones = ids(JobFilters(period=Period.ALL_TIME, state=state))
    assert theirs == [pk for pk in everyones if GenerationJob.objects.get(pk=pk).user_id == owner.pk]
    assert ids(JobFilters(period=Period.ALL_TIME, state=state, user_id=NOBODY)) == []


@pytest.mark.usefixtures("history")
def test_model_code_and_plan_are_exact(owner: User) -> None:
    on_pro = a_job(owner, plan=Plan.objects.get(slug="pro"))

    assert ids(JobFilters(model="other-model")) == newest_first(metadata__model="other-model")
    assert ids(JobFilters(error_code="provider_timeout")) == newest_first(status="failed")
    assert ids(JobFilters(plan_id=on_pro.plan_id)) == [on_pro.pk]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("words", "found"),
    [(("BEACH", "number"), 8), (("beach", "wool"), 0), (("100%",), 3), (("1%l",), 0), (("l_c",), 3), (("l_o",), 0)],
)
def test_every_word_must_be_in_the_prompt_and_means_itself(words: tuple[str, ...], found: int) -> None:
    assert len(ids(JobFilters(words=words))) == found


def test_days_begin_at_midnight_where_the_reader_is(owner: User) -> None:
    a_job(owner, datetime(2026, 3, 9, 18, 29, tzinfo=UTC))
    kathmandu = JobFilters(period=Period.TODAY, zone=ZoneInfo("Asia/Kathmandu"))
    first_of_today = a_job(owner, datetime(2026, 3, 9, 18, 15, tzinfo=UTC))
    a_job(owner, datetime(2026, 3, 9, 18, 14, 59, tzinfo=UTC))

    assert ids(kathmandu, NOW)[-1] == first_of_today.pk
    assert len(ids(kathmandu, NOW)) == 2


def test_own_dates_replace_the_period_and_include_both_ends(owner: User) -> None:
    inside = [a_job(owner, datetime(2020, 1, day, 23, 59, tzinfo=UTC)).pk for day in (3, 2)]
    a_job(owner, datetime(2020, 1, 1, 23, 59, tzinfo=UTC))
    a_job(owner, datetime(2020, 1, 4, tzinfo=UTC))

    assert ids(JobFilters(first_day=date(2020, 1, 2), last_day=date(2020, 1, 3)), NOW) == inside


def test_a_search_that_reads_its_share_says_how_far_it_came_and_goes_on(owner: User) -> None:
    oldest = a_job(owner, ago(hours=40), prompt="a lighthouse")
    others = [a_job(owner, ago(hours=hours)) for hours in range(1, 26)]
    search, now = JobFilters(words=("lighthouse",)), timezone.now()

    first = job_page(search, now, limit=5, scanned=10)
    second = job_page(search, now, first.next, limit=5, scanned=10)
    third = job_page(search, now, second.next, limit=5, scanned=10)

    assert (first.jobs, first.searched_to) == ((), others[9].created_at)
    assert second.searched_to == others[19].created_at
    assert [job.pk for job in third.jobs] == [oldest.pk]
    assert (third.next, third.searched_to) == (None, None)
    assert ids(search) == [oldest.pk]


def test_what_an_index_finds_fills_its_page(owner: User) -> None:
    made = [a_job(owner, ago(hours=hours)).pk for hours in range(1, 8)]

    page = job_page(ALL, timezone.now(), limit=5, scanned=2)

    assert [job.pk for job in page.jobs] == made[:5]
    assert page.next is not None
    assert page.searched_to is None


@pytest.mark.parametrize("other", [JobFilters(state=State.FAILED), JobFilters(words=("beach",)), ALL])
def test_a_cursor_of_other_filters_is_refused(other: JobFilters) -> None:
    cursor = encode(Position(NOW, UUID(int=1)), JobFilters())

    assert decode(cursor, JobFilters()) == Position(NOW, UUID(int=1))
    with pytest.raises(BadCursor):
        decode(cursor, other)


def test_a_period_reaches_back_whole_days() -> None:
    assert JobFilters(period=Period.LAST_7_DAYS).first(NOW) == NOW.date() - timedelta(days=6)
    assert JobFilters(period=Period.TODAY).first(NOW) == NOW.date() == JobFilters().last(NOW)
    assert ALL.first(NOW) is None
