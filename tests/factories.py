"""Test objects. Jobs and credits come from the product's own operations; only people and characters are made here."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password

from apps.accounts import tokens
from apps.accounts.models import Plan, User
from apps.accounts.scopes import Scope
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.generations.models import Character, GenerationJob
from apps.generations.operations import Wish

PASSWORD = "correct horse battery"


def _today() -> date:
    return timezone.now().date()


class UserFactory(DjangoModelFactory[User]):
    """A person without plan and credits, whose visit of today is noted already, as it is for nearly every request."""

    class Meta:
        model = User

    email = Sequence(lambda n: f"person{n}@example.com")
    password = Password(PASSWORD)
    last_active_on = LazyFunction(_today)
    activity_viewed_on = LazyFunction(_today)


class CharacterFactory(DjangoModelFactory[Character]):
    class Meta:
        model = Character

    user = SubFactory(UserFactory)
    name = Sequence(lambda n: f"Luna {n}")


def on_plan(user: User, slug: str = "free") -> User:
    """The person, enrolled on a plan with its credits."""
    enrol(user=user, plan=Plan.objects.get(slug=slug), now=timezone.now())
    return user


def having_made(user: User, images: int) -> User:
    """The person, with so many images counted in this period."""
    User.objects.filter(pk=user.pk).update(current_period_count=images, generated_count=images)
    return user


def with_credits(user: User, credits: int) -> User:
    """The person, with so many more credits."""
    ledger.award_bonus(user=user, credits=credits, key=f"test:{credits}:{ledger.balance_of(user.pk)}", by=None)
    return user


def bare_job(user: User, id: UUID | None = None) -> GenerationJob:
    """A queued job that nothing was charged for, for tests of the ledger; under the id, the same one again."""
    now = timezone.now()
    fields: dict[str, Any] = {"input": {}, "credits_used": 1, "created_at": now, "updated_at": now}
    return GenerationJob.objects.get_or_create(pk=id or uuid4(), defaults={"user": user, **fields})[0]


def wish(**changes: Any) -> Wish:
    """A small wish that the sketch provider draws at once."""
    asked: dict[str, Any] = {"prompt": "a quiet beach", "quality": "standard", "aspect_ratio": "1:1", "image_count": 1}
    return Wish(**asked | changes)


def issued(user: User, *scopes: Scope, lifetime: timedelta | None = None, now: datetime | None = None) -> tokens.Issued:
    """A token of the person's for the scopes, for all of them where none are named."""
    return tokens.issue(
        user=user, name="script", scopes=scopes or tuple(Scope), lifetime=lifetime, now=now or timezone.now()
    )
