"""Whatever is delivered, in whatever order and by whatever clock: each period is granted once, and counts are right."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Plan, Subscription, User
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.credits.models import CreditTransaction
from apps.credits.paid_subscriptions import mark_past_due, renew_subscription, start_subscription
from apps.credits.plan_changes import Effect, change_plan
from apps.credits.renewal import go_on
from apps.credits.verification import verify
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIOD = timedelta(days=30)
SLUGS = ("free", "pro", "studio")
CREDITS = {"free": 50, "pro": 300, "studio": 2000}

slow = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
periods = st.integers(0, 5)
slugs = st.sampled_from(SLUGS)
deliveries = st.one_of(
    st.tuples(st.just("start"), st.just(0), st.just("pro")),
    st.tuples(st.just("renew"), periods, slugs),
    st.tuples(st.just("fail"), periods),
    st.tuples(st.just("make"), st.integers(1, 9)),
)


def plan(slug: str) -> Plan:
    return Plan.objects.get(slug=slug)


@dataclass
class Provider:
    """A paid subscription on Pro, and beside it what it should have become, in the plainest words."""

    user: User
    paid: dict[int, str] = field(default_factory=lambda: {0: "pro"})
    failed: set[int] = field(default_factory=set)
    images: int = 0

    def __post_init__(self) -> None:
        self.start(0, "pro")

    @property
    def id(self) -> str:
        return f"sub_{self.user.pk}"

    def start(self, number: int, slug: str) -> None:
        starts_at = NOW + number * PERIOD
        start_subscription(
            user=self.user,
            plan=plan(slug),
            provider_id=self.id,
            starts_at=starts_at,
            ends_at=starts_at + PERIOD,
            now=starts_at,
        )

    def renew(self, number: int, slug: str) -> None:
        starts_at = NOW + number * PERIOD
        is_new = number not in self.paid
        self.images = 0 if number > max(self.paid) else self.images
        assert is_new == renew_subscription(
            provider_id=self.id, starts_at=starts_at, ends_at=starts_at + PERIOD, plan=plan(slug)
        )
        self.paid.setdefault(number, slug)

    def fail(self, number: int) -> None:
        mark_past_due(provider_id=self.id, unpaid_from=NOW + number * PERIOD)
        self.failed.add(number)

    def make(self, images: int) -> None:
        self.user.refresh_from_db()
        User.objects.filter(pk=self.user.pk).update(current_period_count=self.user.current_period_count + images)
        self.images += images

    def check(self) -> None:
        held = Subscription.objects.get(user=self.user)
        newest = max(self.paid)
        self.user.refresh_from_db()
        assert held.current_period_start == NOW + newest * PERIOD
        assert held.plan.slug == self.paid[newest]
        assert (held.status == "past_due") == (max(self.failed, default=0) > newest)
        assert self.user.current_period_count == self.images
        assert ledger.balance_of(self.user.pk) == sum(CREDITS[slug] for slug in self.paid.values())


@given(st.lists(deliveries, max_size=20))
@slow
def test_any_sequence_of_deliveries_grants_each_period_once_and_counts_right(sequence: list[tuple[Any, ...]]) -> None:
    provider = Provider(UserFactory.create())
    for step, *details in sequence:
        getattr(provider, step)(*details)
        provider.check()
    assert verify()[1] == []


@given(st.data())
@slow
def test_the_order_of_deliveries_makes_no_difference(data: st.DataObject) -> None:
    events = data.draw(
        st.lists(
            st.one_of(st.tuples(st.just("renew"), periods, st.just("pro")), st.tuples(st.just("fail"), periods)),
            max_size=10,
        )
    )

    def outcome(order: list[tuple[Any, ...]]) -> tuple[Any, ...]:
        provider = Provider(UserFactory.create())
        for step, *details in order:
            getattr(provider, step)(*details)
        held = Subscription.objects.get(user=provider.user)
        return held.status, held.unpaid_period_start, held.current_period_start, ledger.balance_of(provider.user.pk)

    assert outcome(events) == outcome(data.draw(st.permutations(events)))


days = st.integers(-40, 200)
by_the_clock = st.one_of(
    st.tuples(st.just("go_on"), days), st.tuples(st.just("change"), slugs, days), st.tuples(st.just("make"), days)
)


@dataclass
class OnTheClock:
    """A plan without payment, looked after at times that any clock might tell."""

    user: User
    risen_by: int = 0
    images: int = 0

    def __post_init__(self) -> None:
        self.subscription = enrol(user=self.user, plan=plan("free"), now=NOW)

    def go_on(self, day: int) -> None:
        now = NOW + timedelta(days=day)
        before = self.held
        went_on = go_on(subscription_id=before.pk, user_id=self.user.pk, now=now)
        assert went_on == (before.current_period_end <= now)
        if went_on:
            self.images = 0
            assert self.held.current_period_start <= now < self.held.current_period_end
            assert self.held.plan == (before.next_plan or before.plan)

    def change(self, slug: str, day: int) -> None:
        before, balance = self.held, ledger.balance_of(self.user.pk)
        effect = change_plan(subscription=before, plan=plan(slug), by=None, now=NOW + timedelta(days=day))
        self.risen_by += ledger.balance_of(self.user.pk) - balance
        rises = CREDITS[slug] > CREDITS[before.plan.slug]
        assert (effect is Effect.AT_ONCE) == rises
        assert self.held.plan.slug == (slug if rises else before.plan.slug)
        assert self.held.current_period_start == before.current_period_start

    def make(self, _: int) -> None:
        self.user.refresh_from_db()
        User.objects.filter(pk=self.user.pk).update(current_period_count=self.user.current_period_count + 1)
        self.images += 1

    @property
    def held(self) -> Subscription:
        return Subscription.objects.with_plans().get(pk=self.subscription.pk)

    def check(self) -> None:
        begun = list(self.subscription.periods.order_by("starts_at"))
        self.user.refresh_from_db()
        assert all((period.starts_at - NOW) % PERIOD == timedelta() for period in begun)
        assert len({period.starts_at for period in begun}) == len(begun)
        assert begun[-1].starts_at == self.held.current_period_start
        assert ledger.balance_of(self.user.pk) == sum(period.credits for period in begun) + self.risen_by
        assert self.user.current_period_count == self.images


@given(st.lists(by_the_clock, max_size=20))
@slow
def test_any_clock_and_any_changes_grant_each_period_once_and_count_right(sequence: list[tuple[Any, ...]]) -> None:
    clock = OnTheClock(UserFactory.create())
    for step, *details in sequence:
        getattr(clock, step)(*details)
        clock.check()
    assert verify()[1] == []


@given(st.lists(st.tuples(slugs, st.integers(0, 30)), min_size=1, max_size=12))
@slow
def test_a_period_never_brings_more_than_the_greatest_plan_would_have(changes: list[tuple[str, int]]) -> None:
    clock = OnTheClock(UserFactory.create())
    for slug, day in changes:
        clock.change(slug, day)
    granted = sum(CreditTransaction.objects.filter(user=clock.user).values_list("amount", flat=True))
    assert granted <= max(CREDITS[slug] for slug, _ in [*changes, ("free", 0)])
