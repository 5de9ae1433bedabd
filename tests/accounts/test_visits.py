"""Who came on which day: written once, whoever comes how often and by which door."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts import visits
from apps.accounts.models import User, Visit
from tests.conftest import SignedIn
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def newcomer(db: None) -> User:
    """Who was never here."""
    return UserFactory.create(last_active_on=None, activity_viewed_on=None)


def noted(user: User) -> list[tuple[date, bool]]:
    return list(user.visits.order_by("day").values_list("day", "viewed_activity"))


@time_machine.travel(NOON, tick=False)
def test_any_page_is_a_visit_and_only_the_activity_page_is_a_view(newcomer: User) -> None:
    visitor = SignedIn(newcomer)

    visitor.get("/credits/")
    assert noted(newcomer) == [(TODAY, False)]

    visitor.get("/activity/")
    assert noted(newcomer) == [(TODAY, True)]

    visitor.get("/gallery/")
    assert noted(newcomer) == [(TODAY, True)]


@time_machine.travel(NOON, tick=False)
def test_the_person_remembers_the_last_of_these_days(newcomer: User) -> None:
    SignedIn(newcomer).get("/activity/")
    with time_machine.travel(NOON + DAY, tick=False):
        SignedIn(newcomer).get("/credits/")

    newcomer.refresh_from_db()
    assert (newcomer.last_active_on, newcomer.activity_viewed_on) == (TODAY + DAY, TODAY)
    assert noted(newcomer) == [(TODAY, True), (TODAY + DAY, False)]


@pytest.mark.parametrize(
    "headers",
    [{"HX-Request": "true", "HX-Target": "timeline"}, {"HX-Request": "true", "HX-History-Restore-Request": "true"}],
)
@time_machine.travel(NOON, tick=False)
def test_a_part_of_the_activity_page_is_a_visit_and_no_view(newcomer: User, headers: dict[str, str]) -> None:
    SignedIn(newcomer).get("/activity/", headers=headers)

    assert noted(newcomer) == [(TODAY, False)]


def test_a_prefetched_page_is_no_visit(newcomer: User) -> None:
    SignedIn(newcomer).get("/activity/", headers={"Sec-Purpose": "prefetch"})

    assert noted(newcomer) == []


def test_who_is_not_signed_in_is_nobody(client: Client) -> None:
    client.get("/")

    assert not Visit.objects.exists()


def test_the_first_page_of_a_day_takes_two_queries_more_and_the_next_none(
    newcomer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visitor = SignedIn(newcomer)
    session_and_user, pages_own, visit_and_day = 2, 4, 2

    with django_assert_num_queries(session_and_user + pages_own + visit_and_day):
        visitor.get("/credits/")
    with django_assert_num_queries(session_and_user + pages_own):
        visitor.get("/credits/")


def test_a_day_that_another_server_has_begun_is_not_gone_back_on(
    newcomer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visits.note_activity_view(newcomer, TODAY + DAY)

    with django_assert_num_queries(0):
        visits.note_visit(newcomer, TODAY)
        visits.note_activity_view(newcomer, TODAY)


def test_two_requests_at_the_same_moment_make_one_visit(newcomer: User) -> None:
    same = User.objects.get(pk=newcomer.pk)

    visits.note_activity_view(newcomer, TODAY)
    visits.note_visit(same, TODAY)

    assert noted(newcomer) == [(TODAY, True)]
    assert same.last_active_on == TODAY


def test_a_visit_goes_when_it_has_been_kept_long_enough(newcomer: User) -> None:
    oldest_kept = TODAY - visits.KEPT_FOR
    for day in (oldest_kept - DAY, oldest_kept, TODAY):
        visits.note_visit(newcomer, day)

    assert visits.prune_visits(TODAY) == 1
    assert [day for day, _ in noted(newcomer)] == [oldest_kept, TODAY]
