"""A person's results, newest first, a page at a time."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.common import keyset
from apps.generations.models import GenerationJob, JobKind

PAGE = 24


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """Completed jobs and the cursor of those after them, empty on the last page."""

    jobs: tuple[GenerationJob, ...]
    next_cursor: str


def gallery_page(user: User, *, character_id: UUID | None = None, cursor: str = "") -> GalleryPage:
    """The results of one AI influencer or of all. Raises BadCursor."""
    jobs: QuerySet[GenerationJob] = user.generation_jobs.filter(kind=JobKind.COMPLETED).select_related("character")
    if character_id:
        jobs = jobs.filter(character_id=character_id)
    if cursor:
        jobs = keyset.before(jobs, ("occurred_at", "id"), _position(cursor))
    found = tuple(jobs.order_by("-occurred_at", "-id")[: PAGE + 1])
    more = len(found) > PAGE
    return GalleryPage(found[:PAGE], _cursor(found[PAGE - 1]) if more else "")


def _cursor(job: GenerationJob) -> str:
    return keyset.encode({"t": job.occurred_at.isoformat(), "i": str(job.pk)})


def _position(cursor: str) -> tuple[object, object]:
    parts = keyset.decode(cursor, ("t", "i"))
    return keyset.read_time(parts["t"]), keyset.read_uuid(parts["i"])
