"""Demonstration histories: made by chance that repeats itself, so that the same seed gives the same data."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from apps.accounts.models import User
from apps.common.identifiers import uuid_v7_at
from apps.credits.history import PastMovement
from apps.credits.models import TransactionType
from apps.generations.history import PastJob
from apps.generations.models import Character, Quality
from apps.generations.pricing import cost
from apps.generations.providers.aspect_ratios import ASPECT_RATIOS
from apps.generations.states import Status

PROMPTS = (
    "Golden hour at the beach, soft light on the waves",
    "City skyline at dusk, windows lit one by one",
    "Portrait in a blue scarf in the snow",
    "Misty mountains at sunrise",
    "Botanical arrangement of ferns, muted greens",
    "Aurora and stars in winter",
    "Bold geometric poster in red, cream and black",
    "Desert dunes under a pale moon",
    "Still life with lemons and a jug",
    "Portrait with a straw hat in a summer garden",
    "Forest path in autumn, leaves in copper",
    "Contour lines in teal and gold, cut from paper",
)
FAILURES = (
    ("The provider refused the prompt.", "content_refused"),
    ("The provider took too long.", "provider_timeout"),
    ("The generation stopped before it was done.", "stalled"),
)
PACK = 120


@dataclass(slots=True)
class History:
    """A person's past, in the order in which it happened."""

    jobs: list[PastJob] = field(default_factory=list)
    movements: list[PastMovement] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyteller:
    """Tells the past of one person: plan, pack and bonus credits come in, generations use them, some fail."""

    user: User
    characters: tuple[Character, ...]
    chance: Random
    now: datetime
    days: int
    plan_name: str
    plan_credits: int
    failure_share: float = 0.06

    def tell(self, jobs: int) -> History:
        """So many jobs, spread over the days up to now."""
        history, balance, moment = History(), 0, self.now - timedelta(days=self.days)
        next_grant = moment
        for asked_at in self._moments(jobs):
            while next_grant <= asked_at:
                balance += self._add(history, TransactionType.SUBSCRIPTION_GRANT, self.plan_credits, next_grant)
                next_grant += timedelta(days=30)
            job = self._job(asked_at)
            if job.credits_used > balance:
                balance += self._add(history, TransactionType.PURCHASE, PACK, asked_at - timedelta(seconds=40))
            history.jobs.append(job)
            balance += self._charge(history, job)
        return history

    def _moments(self, jobs: int) -> list[datetime]:
        """When jobs were asked for: never two within three minutes, so that each ends before the next begins."""
        gap = timedelta(minutes=3)
        minutes = int(timedelta(days=self.days) / gap) - 10
        chosen = sorted(self.chance.sample(range(2, minutes), jobs))
        begin = self.now - timedelta(days=self.days)
        return [begin + gap * slot + timedelta(seconds=self.chance.uniform(0, 20)) for slot in chosen]

    def _job(self, asked_at: datetime) -> PastJob:
        chance = self.chance
        quality = Quality.HQ if chance.random() < 0.4 else Quality.STANDARD
        count = chance.choice((1, 1, 2, 4, 5))
        started = asked_at + timedelta(seconds=chance.uniform(0.05, 4))
        ended = started + timedelta(seconds=chance.uniform(2, 45))
        failed = chance.random() < self.failure_share
        error, code = chance.choice(FAILURES) if failed else ("", "")
        character = chance.choice(self.characters) if self.characters and chance.random() < 0.9 else None
        return PastJob(
            id=uuid_v7_at(asked_at, chance),
            user_id=self.user.pk,
            character_id=character.pk if character else None,
            status=Status.FAILED if failed else Status.COMPLETED,
            input={
                "prompt": chance.choice(PROMPTS),
                "quality": quality.value,
                "aspect_ratio": chance.choice(list(ASPECT_RATIOS)),
                "image_count": count,
                "seed": chance.randrange(2**31),
            },
            credits_used=cost(quality, count),
            created_at=asked_at,
            started_at=started,
            completed_at=ended,
            error=error,
            error_code=code,
            metadata={} if failed else {"model": "studio-sketch-1", "processing_time_ms": _ms(ended - started)},
            pruned_at=None if failed else self.now,
        )

    def _charge(self, history: History, job: PastJob) -> int:
        """The job's charge and, where it failed, its refund; returns what the balance moved by."""
        history.movements.append(self._job_movement(job, TransactionType.GENERATION, -job.credits_used, job.created_at))
        if job.status != Status.FAILED:
            return -job.credits_used
        history.movements.append(self._job_movement(job, TransactionType.REFUND, job.credits_used, job.completed_at))
        return 0

    def _job_movement(self, job: PastJob, kind: TransactionType, amount: int, at: datetime) -> PastMovement:
        return PastMovement(
            type=kind,
            amount=amount,
            at=at,
            id=uuid_v7_at(at, self.chance),
            job_id=job.id,
            character_id=job.character_id,
            quality_mode=job.input["quality"],
        )

    def _add(self, history: History, kind: TransactionType, amount: int, at: datetime) -> int:
        description = f"Pack of {PACK}" if kind == TransactionType.PURCHASE else f"{self.plan_name} plan"
        if history.movements:  # a refund may still have come in the meantime
            at = max(at, history.movements[-1].at + timedelta(seconds=1))
        history.movements.append(
            PastMovement(type=kind, amount=amount, at=at, id=uuid_v7_at(at, self.chance), description=description)
        )
        return amount


def with_files(jobs: list[PastJob], newest: int) -> Iterator[PastJob]:
    """The jobs, of which the newest completed ones keep their files."""
    completed = [job for job in jobs if job.status == Status.COMPLETED]
    kept = {job.id for job in completed[len(completed) - min(newest, len(completed)) :]}
    for job in jobs:
        yield replace(job, pruned_at=None) if job.id in kept else job


def _ms(length: timedelta) -> int:
    return round(length / timedelta(milliseconds=1))
