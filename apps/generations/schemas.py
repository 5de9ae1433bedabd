"""Generations in the API: what can be asked for, and what is told of one."""

import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from apps.common.schemas import ApiSchema, CursorText, QuerySchema, UtcTime, storable
from apps.generations import schema_examples
from apps.generations.filters import JobFilters
from apps.generations.models import GenerationImage, Quality
from apps.generations.operations import SEEDS
from apps.generations.pricing import MAX_IMAGES
from apps.generations.providers.aspect_ratios import ASPECT_RATIOS
from apps.generations.records import JobRecord
from apps.generations.states import Status

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_YEARS = range(1970, 2200)

ADDRESS_OF = Callable[[str, list[Any]], str]


def _known_ratio(ratio: str) -> str:
    if ratio not in ASPECT_RATIOS:
        raise ValueError("There is no such aspect ratio.")
    return ratio


def _moment(value: object) -> datetime:
    """A time as RFC 3339 writes it; left to itself, pydantic would take seconds since 1970 for one, too."""
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("A time looks like 2026-11-21T14:12:08Z.")
    moment = datetime.fromisoformat(value)
    if moment.year not in _YEARS:
        raise ValueError("That is too long ago, or too far off.")
    return moment


PromptText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(storable)
]
AspectRatio = Annotated[str, AfterValidator(_known_ratio), Field(json_schema_extra={"enum": list(ASPECT_RATIOS)})]
WholeNumber = Annotated[int, Field(strict=True)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
IdempotencyKey = Annotated[
    str,
    Field(
        pattern=r"^[\x21-\x7e]+$",
        max_length=128,
        description="Any text of your own, new for each generation you want. Sent again with the same body, it gets "
        "the same generation, charged once.",
    ),
]


class GenerationRequest(ApiSchema):
    """What to generate."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [schema_examples.REQUEST]})

    prompt: PromptText = Field(description="In words; at most 4,000 characters.")
    quality: Quality = Field(Quality.STANDARD, description="1 credit an image, or 2 in HQ.")
    aspect_ratio: AspectRatio = Field("1:1", description="Width to height.")
    image_count: WholeNumber = Field(1, ge=1, le=MAX_IMAGES)
    character: UUID | None = Field(None, description="The id of an AI influencer of yours that isn't archived.")
    seed: WholeNumber | None = Field(
        None, ge=0, lt=SEEDS, description="The same seed, prompt and settings may give the same images."
    )


class AskedStatus(StrEnum):
    """A state to ask for; pending is being in one of the first two."""

    QUEUED = "queued"
    PROCESSING = "processing"
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"


class GenerationQuery(QuerySchema):
    """Which generations, and how many of them."""

    limit: int = Field(50, ge=1, le=100)
    cursor: CursorText | None = None
    status: AskedStatus | None = Field(
        None, description="Those in this state only; `pending` are those that are queued or processing."
    )
    character: UUID | None = Field(None, description="The id of an AI influencer of yours.")
    since: Moment | None = Field(None, description="Those that were asked for then or later.")

    @property
    def filters(self) -> JobFilters:
        pending = self.status is AskedStatus.PENDING
        status = Status(self.status) if self.status and not pending else None
        return JobFilters(character_id=self.character, status=status, pending=pending, since=self.since)


class GenerationCharacter(ApiSchema):
    """The AI influencer whom it was for."""

    id: UUID
    name: str


class Image(ApiSchema):
    """One result. The addresses want the same token, or session, as this one; null once the file isn't kept."""

    position: int
    width: int = Field(description="In pixels.")
    height: int
    media_type: str
    url: str | None
    thumbnail_url: str | None

    @classmethod
    def of(cls, image: GenerationImage, address_of: ADDRESS_OF, *, is_gone: bool) -> "Image":
        """The image; its addresses are whole ones."""
        where = [image.job_id, image.position]
        return cls(
            position=image.position,
            width=image.width,
            height=image.height,
            media_type=image.media_type,
            url=None if is_gone else address_of("api:read_image", where),
            thumbnail_url=None if is_gone else address_of("api:read_thumbnail", where),
        )


class GenerationLinks(ApiSchema):
    """Where to go from here: here again, its page, and its place in the activity."""

    this: str = Field(serialization_alias="self")
    page: str
    activity: str


class Generation(ApiSchema):
    """One request for images, and what became of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [schema_examples.GENERATION]})

    id: UUID
    status: Status
    prompt: str
    prompt_id: UUID | None = Field(description="The kept prompt that the text is from.")
    quality: str
    aspect_ratio: str
    image_count: int = Field(description="How many were asked for.")
    seed: int | None
    character: GenerationCharacter | None
    credits_used: int = Field(description="What it was charged; a refund doesn't change it.")
    credits_refunded: int
    created_at: UtcTime
    started_at: UtcTime | None
    completed_at: UtcTime | None = Field(description="When it ended, well or not.")
    error: str = Field(description="Why it failed, for a person; empty otherwise.")
    error_code: str = Field(description="The same for a program, such as content_refused.")
    metadata: dict[str, Any] = Field(description="Model, parameters and processingTimeMs, once it has ended well.")
    retried_from: UUID | None = Field(description="The failed generation that this one tries again.")
    retried_as: UUID | None = Field(description="The generation that tries this one again.")
    pruned_at: UtcTime | None = Field(description="When its files were removed by age; null while they are kept.")
    images: list[Image]
    links: GenerationLinks

    @classmethod
    def of(cls, record: JobRecord, address_of: ADDRESS_OF) -> "Generation":
        """The record; ``address_of`` makes whole addresses of names and arguments."""
        job = record.job
        plain = {name: getattr(job, name) for name in _PLAIN}
        return cls(
            **plain,
            prompt=job.prompt_text,
            seed=seed if isinstance(seed := job.input.get("seed"), int) else None,
            character=GenerationCharacter(id=job.character.pk, name=job.character.name) if job.character else None,
            credits_refunded=record.refunded,
            metadata=_camelled(job.metadata),
            retried_from=job.retried_from_id,
            retried_as=record.retried_as,
            images=[Image.of(image, address_of, is_gone=record.is_gone) for image in record.images],
            links=GenerationLinks(
                this=address_of("api:read_generation", [job.pk]),
                page=address_of("generations:result", [job.pk]),
                activity=address_of("activity:item", ["generation_job", job.pk]),
            ),
        )


_PLAIN = (
    "id", "status", "prompt_id", "quality", "aspect_ratio", "image_count", "credits_used", "created_at", "started_at",
    "completed_at", "error", "error_code", "pruned_at",
)  # fmt: skip


class Generations(ApiSchema):
    """Some generations, newest first, and where to go on; null at the end."""

    items: list[Generation]
    next_cursor: str | None


def _camelled(value: Any) -> Any:
    """The value with the names of its objects as the API writes names."""
    if isinstance(value, dict):
        return {to_camel(name): _camelled(inner) for name, inner in value.items()}
    return [_camelled(inner) for inner in value] if isinstance(value, list) else value
