"""Resolving what needed attention, and taking that back: from the feed, and from an order's page.

Every form works without scripts: it leads back to the list it came from. With them only the lines change that it is
about, where they stand.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.common.keyset import BadCursor
from apps.common.words import grouped
from apps.orders import feed, log
from apps.orders.log import Resolved
from apps.orders.staff.answers import answer
from apps.orders.staff.chosen import Chosen, chosen_in
from apps.orders.staff.feed_presenter import FeedRow, ended_row, entry_row, problem_row, with_newer
from apps.orders.staff.permissions import WORK_ORDERS
from apps.orders.staff.said import Said


@staff(WORK_ORDERS)
@require_POST
def resolve(request: UserRequest) -> HttpResponse:
    """Resolves the line whose button it was, or else all that are selected; problems as far as they were seen."""
    try:
        chosen = chosen_in(request.POST)
    except BadCursor as error:
        return answer(request, Said(str(error)))
    if not chosen.choices:
        return answer(request, Said(_("Nothing is selected.")))
    act = _resolve(chosen, request.user)
    rows = list(_rows_after(chosen, marking_newer=True))
    return answer(request, _said(act, rows), rows, chosen.choices)


@staff(WORK_ORDERS)
@require_POST
def resolve_order(request: UserRequest, order_id: UUID) -> HttpResponse:
    """Resolves everything open about an order."""
    return answer(request, _said(log.resolve_all_for_order(order_id, request.user), []))


@staff(WORK_ORDERS)
@require_POST
def undo(request: UserRequest, act_id: UUID) -> HttpResponse:
    """Opens again exactly what the act resolved; the second time it changes nothing."""
    try:
        chosen = chosen_in(request.POST)
    except BadCursor as error:
        return answer(request, Said(str(error)))
    opened = log.undo(act_id, request.user)
    words = ngettext("%s is open again.", "%s are open again.", opened or 0) % grouped(opened or 0)
    said = Said(words if opened else _("That was taken back before, or has been resolved anew since."))
    return answer(request, said, list(_rows_after(chosen)))


def _resolve(chosen: Chosen, by: User) -> Resolved | None:
    if chosen.problems:
        return log.resolve_problems(chosen.problems, by)
    if len(chosen.entries) == 1:
        return log.resolve(chosen.entries[0], by)
    return log.resolve_entries(chosen.entries, by)


def _rows_after(chosen: Chosen, *, marking_newer: bool = False) -> Iterator[FeedRow]:
    """The lines as they are now, where they stood; those that are gone altogether are left out."""
    now = timezone.now()
    entries = feed.entries_with(chosen.entries) if chosen.entries else {}
    yield from (entry_row(entries[id], now) for id in chosen.entries if id in entries)
    fingerprints = [fingerprint for fingerprint, _seen in chosen.problems]
    if not fingerprints:
        return
    still, seen = feed.problems_of(fingerprints)
    ended = feed.last_ended([each for each in fingerprints if each not in still])
    for each in fingerprints:
        if each in still:
            row = problem_row(still[each], seen, now)
            yield with_newer(row, still[each].entries) if marking_newer else row
        elif each in ended:
            yield ended_row(ended[each], seen, now)


def _said(act: Resolved | None, rows: Sequence[FeedRow]) -> Said:
    remarks = [row.remark for row in rows if row.remark]
    if act is None:
        done = _("Nothing of it was open any more: someone was faster.")
    else:
        done = ngettext("Resolved.", "Resolved %s.", act.entries)
        done = done % grouped(act.entries) if act.entries > 1 else done
    return Said(" ".join([done, *remarks[:1]]), str(act.id) if act else "")
