"""Past due: the plan's limit holds on, the count goes on, credits that are left can be used, and nothing is reset."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Plan, User
from apps.credits import ledger
from apps.credits.paid_subscriptions import mark_past_due, renew_subscription, start_subscription
from apps.generations import operations
from apps.generations.operations import LimitReached
from tests.factories import wish

pytestmark = pytest.mark.django_db

PERIOD = timedelta(days=30)


@pytest.fixture
def past_due(owner: User) -> User:
    """On Pro for two periods, of which only the first was paid; 498 of its 500 images are made."""
    began = timezone.now() - PERIOD - timedelta(days=3)
    pro = Plan.objects.get(slug="pro")
    start_subscription(
        user=owner, plan=pro, provider_id="sub_1", starts_at=began, ends_at=began + PERIOD, now=timezone.now()
    )
    mark_past_due(provider_id="sub_1", unpaid_from=began + PERIOD)
    User.objects.filter(pk=owner.pk).update(current_period_count=498)
    return owner


def test_what_the_limit_allows_can_be_generated_from_credits_that_are_left(past_due: User) -> None:
    job = operations.request(user=past_due, wish=wish(image_count=2))
    assert (job.plan and job.plan.slug, job.subscription and job.subscription.status) == ("pro", "past_due")
    assert ledger.balance_of(past_due.pk) == 298


def test_past_due_is_no_way_around_the_limit(past_due: User) -> None:
    operations.request(user=past_due, wish=wish(image_count=2))
    with pytest.raises(LimitReached, match="0 images are left of 500"):
        operations.request(user=past_due, wish=wish())


def test_with_the_payment_the_images_are_counted_anew(past_due: User) -> None:
    subscription = past_due.subscriptions.get()
    begins = subscription.current_period_end
    renew_subscription(provider_id="sub_1", starts_at=begins, ends_at=begins + PERIOD)
    operations.request(user=past_due, wish=wish(image_count=8))
    past_due.refresh_from_db()
    assert past_due.current_period_count == 0
    assert ledger.balance_of(past_due.pk) == 600 - 8
