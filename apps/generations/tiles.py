"""Generations as the tiles of the gallery, in ready words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator

from apps.common.paths import path_to
from apps.common.words import relative_time
from apps.generations.gallery import GalleryPage
from apps.generations.models import GenerationJob, Quality
from apps.generations.states import Status
from apps.generations.words import LOOKS, NO_LONGER_KEPT, quality_words, title

_TITLE_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Tile:
    """One generation, told from others by its prompt; ``icon`` and ``state`` stand where there is no thumbnail."""

    url: str
    thumbnail_url: str
    title: str
    meta: str
    time: str
    time_iso: str
    time_exact: str
    tone: str
    icon: str
    state: str
    error: str
    image_count: int
    refresh_url: str


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of the gallery, as the template needs it."""

    tiles: tuple[Tile, ...]
    next_url: str
    is_filtered: bool
    time_zone: str


class TilePresenter:
    """Makes tiles for one person. They lead to results that know by ``query`` what the gallery was filtered by."""

    def __init__(self, zone: ZoneInfo, query: str, now: datetime) -> None:
        self._zone, self._now = zone, now
        self._suffix = f"?{query}" if query else ""
        self._query = query
        self._gallery = path_to("generations:gallery")

    def page(self, page: GalleryPage, *, is_filtered: bool) -> ShownPage:
        """The page's generations, and where there are more."""
        parts = [self._query, f"cursor={page.next_cursor}"]
        return ShownPage(
            tiles=tuple(map(self.tile, page.jobs)),
            next_url=f"{self._gallery}?{'&'.join(filter(None, parts))}" if page.next_cursor else "",
            is_filtered=is_filtered,
            time_zone=self._zone.key,
        )

    def tile(self, job: GenerationJob) -> Tile:
        """One generation's tile."""
        status = Status(job.status)
        local = job.created_at.astimezone(self._zone)
        is_gone = job.pruned_at is not None
        return Tile(
            url=reverse("generations:result", args=[job.pk]) + self._suffix,
            thumbnail_url=self._thumbnail_url(job),
            title=Truncator(job.prompt_text).chars(_TITLE_CHARACTERS) or title(job),
            meta=_meta(job),
            time=relative_time(job.created_at, now=self._now),
            time_iso=local.isoformat(timespec="seconds"),
            time_exact=f"{date_format(local, 'j F Y')}, {local:%H:%M:%S} {local.tzname()}",
            tone="gone" if is_gone else LOOKS[status].tone,
            icon="image-off" if is_gone else LOOKS[status].icon,
            state=str(NO_LONGER_KEPT if is_gone else status.label),
            error=job.error,
            image_count=job.image_count,
            refresh_url="" if job.has_ended else reverse("generations:tile", args=[job.pk]) + self._suffix,
        )

    def _thumbnail_url(self, job: GenerationJob) -> str:
        has_files = job.status == Status.COMPLETED and job.pruned_at is None
        return reverse("generations:thumbnail", args=[job.pk]) if has_files else ""


def _meta(job: GenerationJob) -> str:
    """For whom it was, and HQ where it was: what goes without saying isn't said."""
    name = job.character.name if job.character else ""
    return " · ".join(filter(None, (name, quality_words(job.quality) if job.quality != Quality.STANDARD else "")))
