"""A plan and its credits come together, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Plan, Subscription, User
from apps.credits import ledger
from apps.credits.enrolment import enrol, resume
from apps.credits.models import CreditTransaction, TransactionType
from apps.credits.renewal import renew
from tests.factories import UserFactory, on_plan
from tests.threads import at_once


@pytest.fixture
def free(db: None) -> Plan:
    return Plan.objects.get(slug="free")


def test_enrolling_gives_the_plan_its_credits_and_a_fresh_period(owner: User, free: Plan) -> None:
    now = timezone.now()
    subscription = enrol(user=owner, plan=free, now=now)
    owner.refresh_from_db()
    row = CreditTransaction.objects.get()
    assert (subscription.plan, subscription.current_period_end) == (free, now + timedelta(days=30))
    assert (row.type, row.amount, row.description) == (TransactionType.SUBSCRIPTION_GRANT, 50, "Free plan")
    assert owner.last_reset_date
    assert owner.last_reset_date >= now
    assert list(subscription.periods.values_list("starts_at", "plan", "credits")) == [(now, free.pk, 50)]


def test_enrolling_again_changes_nothing(owner: User, free: Plan) -> None:
    first = enrol(user=owner, plan=free, now=timezone.now())
    again = enrol(user=owner, plan=Plan.objects.get(slug="pro"), now=timezone.now())
    assert (again, again.plan) == (first, free)
    assert ledger.balance_of(owner.pk) == 50


def test_images_made_without_a_plan_do_not_count_in_its_first_period(owner: User, free: Plan) -> None:
    User.objects.filter(pk=owner.pk).update(current_period_count=5, generated_count=5)
    enrol(user=owner, plan=free, now=timezone.now())
    owner.refresh_from_db()
    assert (owner.current_period_count, owner.generated_count) == (0, 5)


def test_who_comes_with_a_past_goes_on_in_its_period_without_another_grant(owner: User, free: Plan) -> None:
    began = timezone.now() - timedelta(days=12)
    subscription = resume(user=owner, plan=free, starts_at=began)
    owner.refresh_from_db()
    assert owner.last_reset_date == subscription.current_period_start == began
    assert subscription.current_period_end == began + timedelta(days=30)
    assert not renew(subscription=subscription, starts_at=began, ends_at=began + timedelta(days=30))
    assert ledger.balance_of(owner.pk) == 0


def test_a_plan_without_credits_can_be_started(owner: User) -> None:
    plan = Plan.objects.create(slug="viewer", name="Viewer", credits_per_period=0)
    assert enrol(user=owner, plan=plan, now=timezone.now()).plan == plan
    assert ledger.balance_of(owner.pk) == 0


@pytest.mark.usefixtures("committed")
def test_enrolling_from_many_threads_grants_once() -> None:
    owner: User = UserFactory.create()
    outcomes = at_once(8, lambda _: on_plan(owner))
    assert outcomes.errors == []
    assert ledger.balance_of(owner.pk) == 50
    assert Subscription.objects.filter(user=owner).count() == CreditTransaction.objects.filter(user=owner).count() == 1
