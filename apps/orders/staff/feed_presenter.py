"""Makes ready words of the feed: a line an entry, or a line a problem with all its repeats."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2s
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.keyset import BadCursor
from apps.common.words import clock_or_day, exact_time, grouped
from apps.orders.feed import Attention, Ended, Entry, Page, Problem
from apps.orders.models import ResolutionKind
from apps.orders.models.activity_log import Level
from apps.orders.seen import Seen
from apps.orders.staff.asked import address
from apps.orders.staff.looks import LEVELS, Moment, label_of, relative_moment
from apps.orders.staff.story_presenter import Resolution, late, resolution_of


@dataclass(frozen=True, slots=True)
class Choice:
    """What a form says to mean this line: an entry, or a problem as far as it was seen."""

    name: str
    value: str

    @property
    def together(self) -> str:
        """Both, for a button that means this line alone."""
        return f"{self.name}:{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A line of the feed. ``id`` is its element's.

    ``story_url`` is its place in its order's story, empty without an order, and ``alike_url`` the list of what is about
    that order, or of that kind. ``span`` says when the first and the last of repeats occurred; ``remark`` what the
    reader's own act didn't change.
    """

    id: str
    choice: Choice
    story_url: str
    alike_url: str
    tone: str
    icon: str
    level: str
    label: str
    count: str
    message: str
    order_number: str
    order_url: str
    moment: Moment
    span: str
    late: str
    recorded: str
    is_backfilled: bool
    came_back: str
    is_open: bool
    resolution: Resolution | None
    remark: str = ""


def entry_rows(page: Page, now: datetime) -> list[FeedRow]:
    """The entries of a page."""
    return [entry_row(entry, now) for entry in page.entries]


def problem_rows(page: Attention, now: datetime) -> list[FeedRow]:
    """The problems of a page, each with what was seen of it."""
    return [problem_row(problem, page.seen, now) for problem in page.problems]


def entry_row(entry: Entry, now: datetime) -> FeedRow:
    """An entry as a line."""
    look = LEVELS[Level(entry.level)]
    return FeedRow(
        id=f"e-{entry.id}",
        choice=Choice("entry", str(entry.id)),
        story_url=_story_url(entry.order_id, entry.id),
        alike_url=_alike_url(entry.order_number, entry.event_type),
        tone=look.tone,
        icon=look.icon,
        level=str(look.word),
        label=label_of(entry.event_type),
        count="",
        message=entry.message,
        order_number=entry.order_number or (_("Order") if entry.order_id else ""),
        order_url=_order_url(entry.order_id),
        moment=relative_moment(entry.occurred_at, now),
        span="",
        late=late(entry),
        recorded=exact_time(entry.inserted_at),
        is_backfilled=entry.backfilled,
        came_back="",
        is_open=entry.needs_attention,
        resolution=_resolution(entry, now),
    )


def problem_row(problem: Problem, seen: Seen, now: datetime) -> FeedRow:
    """An open problem as a line."""
    look = LEVELS[Level(problem.level)]
    return FeedRow(
        id=_problem_id(problem.fingerprint),
        choice=_problem_choice(problem.fingerprint, seen),
        story_url=_story_url(problem.order_id, problem.last_entry_id),
        alike_url=_alike_url(problem.order_number, problem.event_type),
        tone=look.tone,
        icon=look.icon,
        level=str(look.word),
        label=label_of(problem.event_type),
        count=f"×{grouped(problem.entries)}" if problem.entries > 1 else "",
        message=problem.message,
        order_number=problem.order_number or (_("Order") if problem.order_id else ""),
        order_url=_order_url(problem.order_id),
        moment=relative_moment(problem.last_occurred_at, now),
        span=_span(problem, now),
        late="",
        recorded="",
        is_backfilled=False,
        came_back=_came_back(problem),
        is_open=True,
        resolution=None,
    )


def ended_row(ended: Ended, seen: Seen, now: datetime) -> FeedRow:
    """A problem that isn't open any more, where its line stood."""
    row = entry_row(ended.entry, now)
    return replace(
        row,
        id=_problem_id(ended.entry.fingerprint),
        choice=_problem_choice(ended.entry.fingerprint, seen),
        count=f"×{grouped(ended.together)}" if ended.together > 1 else "",
        late="",
    )


def with_newer(row: FeedRow, newer: int) -> FeedRow:
    """The line of a problem that was resolved as far as it was seen, and has occurred again since the page was read."""
    words = ngettext(
        "%s newer occurrence stays open: it came after you opened this page.",
        "%s newer occurrences stay open: they came after you opened this page.",
        newer,
    )
    return replace(row, remark=words % grouped(newer))


def seen_problem(value: str) -> tuple[str, Seen]:
    """The fingerprint of a choice, and what was seen of the problem. Raises BadCursor."""
    seen, _dot, fingerprint = value.partition(".")
    if "\0" in fingerprint:  # which PostgreSQL doesn't take, and no problem has
        raise BadCursor
    return fingerprint, Seen.decode(seen)


def _resolution(entry: Entry, now: datetime) -> Resolution | None:
    return resolution_of(entry, relative_moment(entry.resolved_at, now)) if entry.resolved_at else None


def _problem_choice(fingerprint: str, seen: Seen) -> Choice:
    return Choice("problem", f"{seen.encode()}.{fingerprint}")


def _problem_id(fingerprint: str) -> str:
    return f"p-{blake2s(fingerprint.encode(), digest_size=8).hexdigest()}"


def _span(problem: Problem, now: datetime) -> str:
    if problem.entries == 1:
        return ""
    first, last = clock_or_day(problem.first_occurred_at, now=now), clock_or_day(problem.last_occurred_at, now=now)
    return _("first %(first)s, last %(last)s") % {"first": first, "last": last}


def _came_back(problem: Problem) -> str:
    if problem.came_back_after is None:
        return ""
    if problem.resolution_before == ResolutionKind.RECOVERED:
        return _("Came back after it had recovered on %s") % exact_time(problem.came_back_after)
    return _("Came back after it was resolved on %s") % exact_time(problem.came_back_after)


def _story_url(order_id: UUID | None, entry_id: UUID) -> str:
    return f"{_order_url(order_id)}#e-{entry_id}" if order_id else ""


def _alike_url(order_number: str, event_type: str) -> str:
    return address(reverse("staff:feed"), {"order": order_number} if order_number else {"type": event_type})


def _order_url(order_id: UUID | None) -> str:
    return reverse("staff:order", args=[order_id]) if order_id else ""
