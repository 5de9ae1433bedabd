"""The staff's list of generations: newest first, a page at a time, each page reading no more than so many rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.common import keyset
from apps.common.keyset import BadCursor
from apps.common.replica import read
from apps.generations.models import GenerationImage, GenerationJob
from apps.generations.staff.filters import JobFilters
from apps.generations.staff.scan import Position, Scan

PAGE = 50
EXPORTED = 1_000
# What one page looks at where no index knows what is asked for, such as a word of the prompt: about 0.1 s.
MOST_SCANNED = 20_000


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs and where to go on, null at the end. ``searched_to`` is set where a page ended by its bound of rows,
    not for want of jobs: so far back nothing else was found, and the rest is still to be searched."""

    jobs: tuple[GenerationJob, ...]
    next: Position | None
    searched_to: datetime | None = None


def job_page(
    filters: JobFilters,
    now: datetime,
    after: Position | None = None,
    *,
    limit: int = PAGE,
    scanned: int = MOST_SCANNED,
) -> JobPage:
    """The newest jobs that the filters leave, or those after the position, among at most ``scanned`` rows."""
    scan = Scan(filters, now, max(scanned, limit + 1), after)
    found = _positions(scan, limit + 1)
    jobs = _load(found[:limit])
    if len(found) > limit:
        return JobPage(jobs, found[limit - 1])
    end = _last_scanned(scan) if filters.unindexed() else None
    return JobPage(jobs, end, end.created_at if end else None)


def walk(filters: JobFilters, now: datetime, *, after: int | None = None) -> Iterator[GenerationJob]:
    """Every job that the filters leave, newest first, in constant memory; each is told as it is when it is read.

    ``after`` is how far the database's log was when the reader last wrote.
    """

    def page_at(position: Position | None) -> JobPage:
        return read(lambda: job_page(filters, now, position, limit=EXPORTED), after=after)

    page = page_at(None)
    yield from page.jobs
    while page.next:
        page = page_at(page.next)
        yield from page.jobs


def encode(position: Position, filters: JobFilters) -> str:
    """The position as a text for addresses, bound to the filters it was made for."""
    parts = {"t": position.created_at.isoformat(), "i": str(position.id), "f": filters.fingerprint}
    return keyset.encode(parts)


def decode(cursor: str, filters: JobFilters) -> Position:
    """The position of a text. Raises BadCursor where it is malformed or was made for other filters."""
    parts = keyset.decode(cursor, ("t", "i", "f"))
    if parts["f"] != filters.fingerprint:
        raise BadCursor
    return Position(keyset.read_time(parts["t"]), keyset.read_uuid(parts["i"]))


def whole_job(job_id: UUID) -> GenerationJob | None:
    """One job with everything that its page names."""
    related = ("user", "character", "plan", "subscription__plan", "prompt", "retried_from")
    return GenerationJob.objects.filter(pk=job_id).select_related(*related).first()


def retries_of(job: GenerationJob) -> list[GenerationJob]:
    """The jobs that tried this one again, in their order."""
    return list(job.retries.order_by("created_at", "id"))


def image_of(job_id: UUID, position: int) -> GenerationImage | None:
    """One of a job's images, if its file is still kept."""
    return GenerationImage.objects.kept().filter(job_id=job_id, position=position).select_related("job").first()


def _positions(scan: Scan, limit: int) -> list[Position]:
    query = f"SELECT created_at, id FROM {scan.jobs()} WHERE {scan.matches()} ORDER BY {scan.order}"
    return [Position(*row) for row in scan.read(f"{query} LIMIT %(limit)s", limit=limit)]


def _last_scanned(scan: Scan) -> Position | None:
    """The row at which the bound stopped the scan; None where it had come to the end before."""
    query = f"SELECT created_at, id FROM {scan.jobs()} ORDER BY {scan.order} OFFSET %(last)s"
    rows = scan.read(query, last=scan.most - 1)
    return Position(*rows[0]) if rows else None


def _load(positions: list[Position]) -> tuple[GenerationJob, ...]:
    """The rows themselves, with whom and what they name, in one statement."""
    found = GenerationJob.objects.select_related("user", "character", "plan").in_bulk([each.id for each in positions])
    return tuple(found[each.id] for each in positions)
