"""Histories made by chance in which everything ties: few moments for many rows, and ids that repeat across sources."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import count
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.accounts.models import User
from apps.credits.models import TransactionType
from apps.generations.states import FINAL, Status
from tests.activity import histories
from tests.activity.histories import Job, Movement
from tests.factories import CharacterFactory, UserFactory

NOW = timezone.now()
ZONES = tuple(
    ZoneInfo(name) for name in ("UTC", "Europe/London", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati")
)
MIDNIGHTS = tuple(
    datetime.combine(NOW.astimezone(zone).date() - timedelta(days=days), time.min, tzinfo=zone).astimezone(UTC)
    for zone in ZONES
    for days in (0, 1, 6, 7, 29, 30, 400)
)
MOMENTS = (
    *MIDNIGHTS,
    *(midnight - timedelta(microseconds=1) for midnight in MIDNIGHTS),
    *(NOW - timedelta(seconds=seconds) for seconds in (0, 1, 299, 300, 301, 5000)),
)
_RICH = 1_000_000
_ADDED = [kind for kind in TransactionType if kind not in (TransactionType.GENERATION, TransactionType.REFUND)]


class Tangle:
    """A person with such a history, committed. The same seed draws the same rows, but for their ids."""

    def __init__(
        self,
        *,
        seed: int,
        jobs: int,
        movements: int,
        moments: Sequence[datetime],
        adjacent: bool,
        statuses: Sequence[Status] = tuple(Status),
    ) -> None:
        self._random, self._moments, self._statuses = Random(seed), moments, statuses
        self.user: User = UserFactory.create()
        self.characters = [CharacterFactory.create(user=self.user).pk for _ in range(2)]
        base = uuid4().int >> 16 << 16
        made = [self._job(id_) for id_ in self._ids(base, jobs, adjacent=adjacent)]
        ids = self._ids(base, movements + 1, adjacent=adjacent)
        histories.write(self.user.pk, made, list(self._ledger(made, ids)))

    def _ids(self, base: int, size: int, *, adjacent: bool) -> list[UUID]:
        """In no order; adjacent ones are the same for both sources."""
        ids = [UUID(int=base + step) if adjacent else uuid4() for step, _ in zip(count(), range(size), strict=False)]
        self._random.shuffle(ids)
        return ids

    def _whom(self) -> UUID | None:
        return self._random.choice([None, *self.characters])

    def _job(self, id_: UUID) -> Job:
        status, moment = self._random.choice(self._statuses), self._random.choice(self._moments)
        before = moment - timedelta(seconds=self._random.choice((0, 1)))
        started = {Status.QUEUED: None, Status.PROCESSING: moment, Status.COMPLETED: before}.get(
            status, self._random.choice((None, before))
        )
        queued = moment if status == Status.QUEUED else before
        return Job(id_, status, queued, started, moment if status in FINAL else None, self._whom())

    def _ledger(self, jobs: Sequence[Job], ids: Sequence[UUID]) -> Iterator[Movement]:
        """An opening grant, then charges, refunds of some that failed, and additions, at rising times."""
        last = min(self._moments) - timedelta(days=400)
        yield Movement(ids[0], TransactionType.SUBSCRIPTION_GRANT, _RICH, last)
        moments = sorted(self._random.choice(self._moments) for _ in ids[1:])
        uncharged, unrefunded = iter(jobs), list[Job]()
        for id_, moment in zip(ids[1:], moments, strict=True):
            last = max(moment, last + timedelta(microseconds=1))
            if unrefunded and self._random.random() < 0.5:
                yield self._of_job(id_, TransactionType.REFUND, 4, last, unrefunded.pop())
            elif self._random.random() < 0.7 and (job := next(uncharged, None)):
                yield self._of_job(id_, TransactionType.GENERATION, -4, last, job)
                unrefunded += [job] if job.status == Status.FAILED else []
            else:
                yield Movement(id_, self._random.choice(_ADDED), self._random.randint(1, 300), last)

    def _of_job(self, id_: UUID, kind: TransactionType, amount: int, at: datetime, job: Job) -> Movement:
        return Movement(id_, kind, amount, at, job.id, job.character_id)
