"""Notes who used the product on which day: written once a day a person, and without a query from then on."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from apps.accounts.models import User, Visit

# A year to compare with, and some weeks to look at it.
KEPT_FOR: Final = timedelta(days=400)


def note_visit(user: User, today: date) -> None:
    """The person used the product, in any way, on the day (UTC)."""
    if _is_noted(user.last_active_on, today):
        return
    Visit.objects.bulk_create([Visit(user=user, day=today)], ignore_conflicts=True)
    _remember(user, last_active_on=today)


def note_activity_view(user: User, today: date) -> None:
    """The person opened the activity page on the day (UTC)."""
    if _is_noted(user.activity_viewed_on, today):
        return
    write_visits([Visit(user=user, day=today, viewed_activity=True)])
    _remember(user, last_active_on=today, activity_viewed_on=today)


def write_visits(visits: Iterable[Visit]) -> None:
    """Writes visits; one that is there already learns whether the activity page was opened."""
    Visit.objects.bulk_create(
        visits,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["day", "user"],
        update_fields=["viewed_activity"],
    )


def prune_visits(today: date) -> int:
    """Deletes the visits that are older than ``KEPT_FOR``; returns how many they were."""
    return Visit.objects.before(today - KEPT_FOR).delete()[0]


def _is_noted(on: date | None, today: date) -> bool:
    """Servers needn't agree on when midnight is: a day that another has begun isn't gone back on."""
    return on is not None and on >= today


def _remember(user: User, **days: Any) -> None:
    """Of requests at the same moment one writes; the person at hand knows, too."""
    User.objects.filter(pk=user.pk).exclude(**days).update(**days)
    for name, day in days.items():
        setattr(user, name, day)
