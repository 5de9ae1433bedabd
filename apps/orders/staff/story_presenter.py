"""Makes ready words of an order's story: every line, oldest first, with what became of each problem."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from uuid import UUID

from django.utils.translation import gettext as _

from apps.common.words import exact_time, span
from apps.orders.feed import Entry
from apps.orders.models import ResolutionKind
from apps.orders.models.activity_log import Level
from apps.orders.staff.acts import NOTHING, Act, Offer, acts_on
from apps.orders.staff.looks import LATE, LEVELS, Look, Moment, clock_moment, label_of

_COMMENT = Look("note", "message-square", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How a problem stopped needing anyone; ``undo_id`` is the act that can be taken back."""

    words: str
    moment: Moment
    undo_id: str
    has_recovered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """A line of the story. ``late`` says how much later it was recorded, ``came_back`` when it had been resolved."""

    id: str
    event_type: str
    tone: str
    icon: str
    level: str
    label: str
    message: str
    author: str
    moment: Moment
    late: str
    recorded: str
    is_backfilled: bool
    is_open: bool
    came_back: str
    resolution: Resolution | None
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """The lines, how many of them need someone, and a short text that differs when anything of it has changed."""

    lines: tuple[StoryLine, ...]
    open: int
    version: str


def story(entries: Sequence[Entry], now: datetime, offer: Offer = NOTHING) -> Story:
    """The story of one order's entries, oldest first, with what can be done about those that are open."""
    last = {act: entry.id for entry in entries for act in acts_on(entry, offer)}
    lines = tuple(_line(entry, came_back, now, last) for entry, came_back in _with_returns(entries))
    return Story(lines, sum(line.is_open for line in lines), _version(entries))


def _line(entry: Entry, came_back: datetime | None, now: datetime, last: Mapping[Act, UUID]) -> StoryLine:
    """The entry in words; what mends a problem stands on the last line that tells of it."""
    look = _COMMENT if entry.event_type == "order.note" else LEVELS[Level(entry.level)]
    return StoryLine(
        id=str(entry.id),
        event_type=entry.event_type,
        tone=look.tone,
        icon=look.icon,
        level=str(look.word) if entry.is_problem else "",
        label=label_of(entry.event_type),
        message=entry.message,
        author=str(entry.payload.get("author") or ""),
        moment=clock_moment(entry.occurred_at, now),
        late=late(entry),
        recorded=exact_time(entry.inserted_at),
        is_backfilled=entry.backfilled,
        is_open=entry.needs_attention,
        came_back=_("Came back after it was resolved on %s") % exact_time(came_back) if came_back else "",
        resolution=resolution_of(entry, clock_moment(entry.resolved_at, now)) if entry.resolved_at else None,
        acts=tuple(act for act, id_ in last.items() if id_ == entry.id),
    )


def late(entry: Entry) -> str:
    """``recorded 3 h later``; empty for what was recorded when it happened, or rebuilt long afterwards."""
    after = entry.inserted_at - entry.occurred_at
    return _("recorded %s later") % span(after) if after > LATE and not entry.backfilled else ""


def resolution_of(entry: Entry, moment: Moment) -> Resolution:
    """Who resolved the entry, or that it did so by itself."""
    recovered = entry.resolution == ResolutionKind.RECOVERED
    who = entry.resolved_by or _("someone who isn’t here any more")
    words = _("Recovered by itself") if recovered else _("Resolved by %s") % who
    return Resolution(words=words, moment=moment, undo_id=str(entry.resolved_in_id), has_recovered=recovered)


def _with_returns(entries: Iterable[Entry]) -> Iterator[tuple[Entry, datetime | None]]:
    """Each entry, and when the same problem had been resolved before it occurred again."""
    resolved: dict[str, datetime] = {}
    for entry in entries:
        before = resolved.get(entry.fingerprint) if entry.is_problem else None
        yield entry, before if before and before < entry.occurred_at else None
        if entry.resolved_at:
            resolved[entry.fingerprint] = entry.resolved_at


def _version(entries: Iterable[Entry]) -> str:
    state = "|".join(f"{entry.id}{entry.resolved_in_id}" for entry in entries)
    return blake2s(state.encode(), digest_size=6).hexdigest()
