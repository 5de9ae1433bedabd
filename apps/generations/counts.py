"""Recomputes people's counts of images from their jobs, which are the truth: in all, and since the last reset."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q, Sum

from apps.accounts.models import User
from apps.generations.models import GenerationJob

BATCH = 200


@dataclass(frozen=True, slots=True)
class Counts:
    """Images that were made: in all, and in the period that runs."""

    lifetime: int
    period: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A person whose counts aren't what their jobs add up to."""

    user_id: int
    stored: Counts
    found: Counts

    def __str__(self) -> str:
        parts = [
            f"{name} {stored}, should be {found}"
            for name, stored, found in (
                ("generated_count", self.stored.lifetime, self.found.lifetime),
                ("current_period_count", self.stored.period, self.found.period),
            )
            if stored != found
        ]
        return f"user {self.user_id}: {'; '.join(parts)}"


def everyone() -> Iterator[list[int]]:
    """All people's ids, a batch at a time."""
    last = 0
    while batch := list(User.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield batch
        last = batch[-1]


@transaction.atomic
def recount(user_ids: Sequence[int], *, write: bool) -> list[Difference]:
    """Compares these people's counts with their jobs and, where asked to, sets them right. Returns what differed.

    The people's rows are held meanwhile, in a statement of its own before the jobs are read: a job that ends now is
    either in both already, or waits and adds itself to what is written here.
    """
    people = list(User.objects.select_for_update(no_key=True).filter(pk__in=user_ids).order_by("pk"))
    found = _found(user_ids)
    different = [(person, counts) for person in people if (counts := found.get(person.pk, Counts(0, 0))) != _of(person)]
    differences = [Difference(person.pk, _of(person), counts) for person, counts in different]
    if write:
        _write([person for person, _ in different], found)
    return differences


def _of(person: User) -> Counts:
    return Counts(person.generated_count, person.current_period_count)


def _found(user_ids: Sequence[int]) -> dict[int, Counts]:
    """What the jobs add up to. Where nothing was ever reset, the period is all there was."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # somebody may have millions of jobs
    in_period = Q(user__last_reset_date=None) | Q(completed_at__gte=F("user__last_reset_date"))
    sums = (
        GenerationJob.objects.completed()
        .filter(user__in=user_ids)
        .values_list("user_id")
        .annotate(lifetime=Sum("image_count"), period=Sum("image_count", filter=in_period, default=0))
        .order_by("user_id")
    )
    return {user_id: Counts(lifetime, period) for user_id, lifetime, period in sums}


def _write(people: Sequence[User], found: dict[int, Counts]) -> None:
    for person in people:
        counts = found.get(person.pk, Counts(0, 0))
        person.generated_count, person.current_period_count = counts.lifetime, counts.period
    User.objects.bulk_update(people, ["generated_count", "current_period_count"])
