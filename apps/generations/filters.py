"""Which of a person's generations are asked for: bounds for the list, whoever asks."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from uuid import UUID

from apps.generations.models import JobKind
from apps.generations.states import Status

_KIND_OF_STATUS = {
    Status.QUEUED: JobKind.STARTED,
    Status.PROCESSING: JobKind.STARTED,
    Status.COMPLETED: JobKind.COMPLETED,
    Status.FAILED: JobKind.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilters:
    """Generations of one AI influencer, in one state, asked for at or after ``since``; null leaves none out.

    Those that are pending haven't ended, in whichever state: one that is taken up stays among them.
    """

    character_id: UUID | None = None
    status: Status | None = None
    pending: bool = False
    since: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether anything is left out."""
        return any((self.character_id, self.status, self.pending, self.since))

    @property
    def kind(self) -> JobKind | None:
        """The kind that all these jobs are of, where they are of one."""
        if self.pending:
            return JobKind.STARTED
        return _KIND_OF_STATUS[self.status] if self.status else None

    @property
    def fingerprint(self) -> str:
        """A short text that differs for different filters: a cursor belongs to the filters it was made for."""
        asked = "pending" if self.pending else self.status
        values = (self.character_id, asked, self.since and self.since.isoformat())
        return blake2s("|".join(map(str, values)).encode(), digest_size=6).hexdigest()


EVERYTHING = JobFilters()
