"""A person's generations, newest first, a page at a time.

In the order in which they were asked for, which never changes: a job that ends while someone reads stays where it
is, so a walk over the pages meets each once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from apps.accounts.models import User
from apps.common import keyset
from apps.common.keyset import BadCursor
from apps.generations.filters import EVERYTHING, JobFilters
from apps.generations.models import GenerationJob, GenerationJobQuerySet

_ORDER = ("created_at", "id")
_CURSOR_PARTS = ("t", "i", "f")


class Neighbours(NamedTuple):
    """The generations on either side of one in the gallery; null at an end."""

    newer: UUID | None
    older: UUID | None


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """Some generations and the cursor of those after them, empty on the last page."""

    jobs: tuple[GenerationJob, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """The person's generations that pass the filters, ``limit`` a page."""

    user: User
    filters: JobFilters = EVERYTHING
    limit: int = 24

    def page(self, cursor: str = "") -> GalleryPage:
        """The first page, or the one after the cursor. Raises BadCursor."""
        jobs = self._jobs().select_related("character")
        if cursor:
            jobs = keyset.before(jobs, _ORDER, self._position(cursor))
        found = tuple(jobs.newest_first()[: self.limit + 1])
        more = len(found) > self.limit
        return GalleryPage(found[: self.limit], self._cursor(found[self.limit - 1]) if more else "")

    def neighbours(self, job: GenerationJob) -> Neighbours:
        """The generations that stand beside the job, also where it doesn't pass the filters itself."""
        here = (job.created_at, job.pk)
        return Neighbours(
            newer=keyset.after(self._jobs(), _ORDER, here).order_by(*_ORDER).values_list("pk", flat=True).first(),
            older=keyset.before(self._jobs(), _ORDER, here).newest_first().values_list("pk", flat=True).first(),
        )

    def _jobs(self) -> GenerationJobQuerySet:
        asked = {
            "character_id": self.filters.character_id,
            "status": self.filters.status,
            "created_at__gte": self.filters.since,
        }
        return self.user.generation_jobs.filter(**{name: value for name, value in asked.items() if value})

    def _cursor(self, job: GenerationJob) -> str:
        return keyset.encode({"t": job.created_at.isoformat(), "i": str(job.pk), "f": self.filters.fingerprint})

    def _position(self, cursor: str) -> tuple[datetime, UUID]:
        parts = keyset.decode(cursor, _CURSOR_PARTS)
        if parts["f"] != self.filters.fingerprint:
            raise BadCursor
        return keyset.read_time(parts["t"]), keyset.read_uuid(parts["i"])
