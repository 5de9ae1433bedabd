"""A period that is reset by hand: counted anew, and recorded with who and why, which nobody can change."""

import pytest
from django.db import IntegrityError, connection

from apps.accounts.models import PeriodReset, User
from apps.accounts.operations import reset_period
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

RECORD = "INSERT INTO period_resets (user_id, reset_by_id, reason, count_before) VALUES (%s, %s, %s, 0)"


@pytest.fixture
def counted(owner: User) -> User:
    """The owner with 7 images in this period and 9 in all."""
    User.objects.filter(pk=owner.pk).update(current_period_count=7, generated_count=9)
    return owner


def test_a_reset_counts_anew_and_leaves_the_lifetime_alone(counted: User, teammate: User) -> None:
    reset = reset_period(user=counted, by=teammate, reason="The provider drew nonsense.")
    counted.refresh_from_db()
    assert (counted.current_period_count, counted.generated_count) == (0, 9)
    assert counted.last_reset_date == reset.reset_at


def test_a_reset_is_recorded_with_who_and_why_and_how_many(counted: User, teammate: User) -> None:
    reset_period(user=counted, by=teammate, reason="  The provider drew nonsense. ")
    reset = PeriodReset.objects.get()
    assert (reset.user, reset.reset_by, reset.count_before) == (counted, teammate, 7)
    assert reset.reason == "The provider drew nonsense."


def test_a_reset_reads_the_count_as_it_is_now_and_not_as_the_caller_has_it(owner: User, teammate: User) -> None:
    User.objects.filter(pk=owner.pk).update(current_period_count=3)
    assert reset_period(user=owner, by=teammate, reason="Again.").count_before == 3


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_reset_without_a_reason_is_refused_and_changes_nothing(counted: User, teammate: User, reason: str) -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        reset_period(user=counted, by=teammate, reason=reason)
    counted.refresh_from_db()
    assert counted.current_period_count == 7
    assert not PeriodReset.objects.exists()


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
def test_the_database_refuses_a_record_without_a_reason(owner: User, teammate: User, reason: str) -> None:
    with pytest.raises(IntegrityError, match="period_reset_says_why"), connection.cursor() as cursor:
        cursor.execute(RECORD, [owner.pk, teammate.pk, reason])


@pytest.mark.parametrize("nobody", [("owner", None), (None, "teammate")])
def test_the_database_refuses_a_record_without_people(
    owner: User, teammate: User, nobody: tuple[str | None, str | None]
) -> None:
    whom, who = (owner.pk if nobody[0] else None), (teammate.pk if nobody[1] else None)
    with pytest.raises(IntegrityError, match="not-null"), connection.cursor() as cursor:
        cursor.execute(RECORD, [whom, who, "Because."])


@pytest.mark.parametrize(
    "statement", ["UPDATE period_resets SET reason = 'x'", "DELETE FROM period_resets", "TRUNCATE period_resets"]
)
def test_the_database_refuses_to_change_a_record(owner: User, statement: str) -> None:
    reset_period(user=owner, by=UserFactory.create(), reason="Because.")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"):
            cursor.execute(statement)
