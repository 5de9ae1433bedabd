"""The timeline read from a replica, where there is one that knows enough.

A walk that begins there takes the replica's view for its snapshot, and reads its first page as it reads the others: as
of that. It may go on at the primary, which reads the same snapshot; and one from the primary goes on at a replica as
soon as that has all that the walk has seen.
"""

from functools import partial

from apps.activity.timeline import Cursor, Page, Timeline, Walk
from apps.common.replica import View, read, read_as_of


def page_of(shown: Timeline, cursor: Cursor | None = None, *, after: int | None) -> Page:
    """The newest items, or those after the cursor; ``after`` is how far the log was when the reader last wrote."""

    def as_of(view: View) -> Page:
        return shown.page(cursor or shown.beginning(view.at, view.snapshot))

    return read_as_of(as_of, partial(shown.page, cursor), after=after, of=cursor.walk.snapshot if cursor else "")


def count_arrivals(shown: Timeline, walk: Walk, *, after: int | None) -> int:
    """How many items came since the walk began, up to a page. A replica that doesn't have them yet tells of fewer."""
    return read(lambda: len(shown.arrivals(walk).items), after=after)
