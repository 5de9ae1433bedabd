"""What a form of the feed is about: entries by their IDs, or problems as far as they were seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import QueryDict

from apps.common.keyset import read_uuid
from apps.orders.seen import Seen
from apps.orders.staff.feed_presenter import Choice, seen_problem

# A page has fifty lines, and someone who goes on loading doesn't select ten thousand.
MOST_CHOSEN: Final = 1_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """Lines of the feed, in their order."""

    choices: tuple[Choice, ...] = ()
    entries: tuple[UUID, ...] = ()
    problems: tuple[tuple[str, Seen], ...] = ()


def chosen_in(form: QueryDict) -> Chosen:
    """The line whose button it was, or else all that are selected. Raises BadCursor for what can't be read."""
    choices = tuple(_choices(form))
    return Chosen(
        choices,
        tuple(read_uuid(each.value) for each in choices if each.name == "entry"),
        tuple(seen_problem(each.value) for each in choices if each.name == "problem"),
    )


def _choices(form: QueryDict) -> Iterator[Choice]:
    if only := form.get("only"):
        name, _colon, value = only.partition(":")
        yield Choice(name, value)
        return
    for name in ("entry", "problem"):
        yield from (Choice(name, value) for value in dict.fromkeys(form.getlist(name)[:MOST_CHOSEN]))
