"""A person's generations, newest first, a page at a time.

In the order in which they were asked for, which never changes: a job that ends while someone reads stays where it
is, so a walk over the pages meets each once. Those in one state stand in the order in which they came into it, as in
the timeline, because that is an index's: a rare state isn't searched for through all the others. While a job stays in
its state it stays in its place, so a walk meets each once that is there from its first page until its last. One that
comes into the state meanwhile stands before the pages that were read. Those that are pending are few and stand in the
order in which they were asked for, because being taken up moves a job in the other.
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
            jobs = keyset.before(jobs, self._order, self._position(cursor))
        found = tuple(jobs.order_by(*self._descending)[: self.limit + 1])
        more = len(found) > self.limit
        return GalleryPage(found[: self.limit], self._cursor(found[self.limit - 1]) if more else "")

    def neighbours(self, job: GenerationJob) -> Neighbours:
        """The generations that stand beside the job, also where it doesn't pass the filters itself."""
        here = (getattr(job, self._order[0]), job.pk)
        newer = keyset.after(self._jobs(), self._order, here).order_by(*self._order)
        older = keyset.before(self._jobs(), self._order, here).order_by(*self._descending)
        return Neighbours(
            newer=newer.values_list("pk", flat=True).first(), older=older.values_list("pk", flat=True).first()
        )

    @property
    def _order(self) -> tuple[str, str]:
        return ("occurred_at" if self.filters.status else "created_at", "id")

    @property
    def _descending(self) -> list[str]:
        return [f"-{name}" for name in self._order]

    def _jobs(self) -> GenerationJobQuerySet:
        asked = {
            "character_id": self.filters.character_id,
            "kind": self.filters.kind,
            "status": self.filters.status,
            "created_at__gte": self.filters.since,
            f"{self._order[0]}__gte": self.filters.since,  # nothing happens to a job before it is asked for
        }
        return self.user.generation_jobs.filter(**{name: value for name, value in asked.items() if value})

    def _cursor(self, job: GenerationJob) -> str:
        return keyset.encode(
            {"t": getattr(job, self._order[0]).isoformat(), "i": str(job.pk), "f": self.filters.fingerprint}
        )

    def _position(self, cursor: str) -> tuple[datetime, UUID]:
        parts = keyset.decode(cursor, _CURSOR_PARTS)
        if parts["f"] != self.filters.fingerprint:
            raise BadCursor
        return keyset.read_time(parts["t"]), keyset.read_uuid(parts["i"])
