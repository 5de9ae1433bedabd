"""One timeline item, whatever it came from, and how rows of the two sources become items."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import get_language

from apps.activity import words
from apps.credits.models import TransactionKind
from apps.generations.models import JobKind
from apps.generations.states import Status


class SourceType(StrEnum):
    """Where an item is stored. Their alphabetical order is their order at one and the same time."""

    CREDIT_TRANSACTION = "credit_transaction"
    GENERATION_JOB = "generation_job"


class ActivityType(StrEnum):
    GENERATION_STARTED = "generation_started"
    GENERATION_COMPLETED = "generation_completed"
    GENERATION_FAILED = "generation_failed"
    CREDITS_CONSUMED = "credits_consumed"
    CREDITS_REFUNDED = "credits_refunded"
    CREDITS_REFRESHED = "credits_refreshed"
    CREDITS_ADDED = "credits_added"


TYPE_OF_KIND: Mapping[int, ActivityType] = {
    JobKind.STARTED: ActivityType.GENERATION_STARTED,
    JobKind.COMPLETED: ActivityType.GENERATION_COMPLETED,
    JobKind.FAILED: ActivityType.GENERATION_FAILED,
    TransactionKind.CONSUMED: ActivityType.CREDITS_CONSUMED,
    TransactionKind.REFUNDED: ActivityType.CREDITS_REFUNDED,
    TransactionKind.REFRESHED: ActivityType.CREDITS_REFRESHED,
    TransactionKind.ADDED: ActivityType.CREDITS_ADDED,
}


class Position(NamedTuple):
    """An item's place in the total order: time, then source, then id. The newest is the greatest."""

    occurred_at: datetime
    source_type: str
    id: UUID


class Link(NamedTuple):
    """A credit transaction of a job."""

    id: UUID
    amount: int


class TimelineRow(NamedTuple):
    """A row of the timeline's statement; the order of the names is the order of its columns."""

    occurred_at: datetime
    is_job: int
    id: UUID
    kind: int
    job_id: UUID | None
    amount: int | None
    balance_after: int | None
    transaction_type: str | None
    description: str | None
    status: str | None
    quality: str | None
    aspect_ratio: str | None
    image_count: int | None
    error: str | None
    character_id: UUID | None
    character_name: str | None
    charge_id: UUID | None
    charge_amount: int | None
    refund_id: UUID | None
    refund_amount: int | None
    has_files: bool


class ActivityItem(NamedTuple):
    """What the timeline tells of one job or one credit transaction.

    ``credits_delta`` is the transaction's own amount, or the net of all transactions of the job;
    ``balance_after`` is null for jobs. ``occurred_at`` is in UTC. ``is_gone``: the job, or the transaction's job, had
    images that are no longer kept.
    """

    id: UUID
    source_type: SourceType
    occurred_at: datetime
    type: ActivityType
    title: str
    description: str
    status: str | None
    credits_delta: int
    balance_after: int | None
    generation_job_id: UUID | None
    credit_transaction_id: UUID | None
    character_id: UUID | None
    character_name: str | None
    quality: str | None
    aspect_ratio: str | None
    image_count: int | None
    charge: Link | None
    refund: Link | None
    has_result: bool
    is_gone: bool

    @property
    def position(self) -> Position:
        return Position(self.occurred_at, self.source_type, self.id)

    @property
    def is_generation(self) -> bool:
        return self.source_type is SourceType.GENERATION_JOB

    @property
    def is_running(self) -> bool:
        return self.type is ActivityType.GENERATION_STARTED

    def as_json(self) -> dict[str, Any]:
        """The item as its JSON shape: camelCase, times in UTC with microseconds."""
        return {
            "id": str(self.id),
            "occurredAt": f"{self.occurred_at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z",
            "type": self.type.value,
            "title": self.title,
            "description": self.description,
            "characterId": self.character_id and str(self.character_id),
            "generationJobId": self.generation_job_id and str(self.generation_job_id),
            "creditTransactionId": self.credit_transaction_id and str(self.credit_transaction_id),
            "creditsDelta": self.credits_delta,
            "balanceAfter": self.balance_after,
            "source": {"sourceType": self.source_type.value, "sourceId": str(self.id)},
            "status": self.status,
            "quality": self.quality,
            "aspectRatio": self.aspect_ratio,
            "imageCount": self.image_count,
            "characterName": self.character_name,
        }


def items_from_rows(rows: Iterable[TimelineRow]) -> tuple[ActivityItem, ...]:
    """The items of the timeline's rows, in the present language."""
    language = get_language()  # asked for once: a thread's own value takes longer to find than a title
    return tuple(_job_item(row, language) if row.is_job else _credit_item(row, language) for row in rows)


def _job_item(row: TimelineRow, language: str | None) -> ActivityItem:
    # A refund is written in the transaction that fails the job: a job shown as still running has none yet.
    ended = row.kind != JobKind.STARTED
    charge = _link(row.charge_id, row.charge_amount)
    refund = _link(row.refund_id, row.refund_amount) if ended else None
    return ActivityItem(
        id=row.id,
        source_type=SourceType.GENERATION_JOB,
        occurred_at=row.occurred_at,
        type=TYPE_OF_KIND[row.kind],
        title=words.job_title(row, language),
        description=(row.error or "") if row.status == Status.FAILED else "",
        status=row.status,
        credits_delta=sum(link.amount for link in (charge, refund) if link),
        balance_after=None,
        generation_job_id=row.id,
        credit_transaction_id=charge and charge.id,
        character_id=row.character_id,
        character_name=row.character_name,
        quality=row.quality,
        aspect_ratio=row.aspect_ratio,
        image_count=row.image_count,
        charge=charge,
        refund=refund,
        has_result=row.has_files and row.kind == JobKind.COMPLETED,
        is_gone=_is_gone(row),
    )


def _credit_item(row: TimelineRow, language: str | None) -> ActivityItem:
    return ActivityItem(
        id=row.id,
        source_type=SourceType.CREDIT_TRANSACTION,
        occurred_at=row.occurred_at,
        type=TYPE_OF_KIND.get(row.kind, ActivityType.CREDITS_ADDED),
        title=words.credit_title(row, language),
        description=row.description or "",
        status=row.status,
        credits_delta=row.amount or 0,
        balance_after=row.balance_after,
        generation_job_id=row.job_id,
        credit_transaction_id=row.id,
        character_id=row.character_id,
        character_name=row.character_name,
        quality=row.quality,
        aspect_ratio=row.aspect_ratio,
        image_count=row.image_count,
        charge=None,
        refund=None,
        has_result=False,
        is_gone=_is_gone(row),
    )


def _link(id_: UUID | None, amount: int | None) -> Link | None:
    return None if id_ is None or amount is None else Link(id_, amount)


def _is_gone(row: TimelineRow) -> bool:
    return not row.has_files and row.status == Status.COMPLETED
