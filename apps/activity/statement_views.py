"""The statement: a month or a range of days of the ledger, made to be read, printed and kept."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.requests import UserRequest
from apps.activity.filters import TimelineFilters, Type
from apps.activity.periods import PeriodQuery
from apps.activity.reading import page_of
from apps.activity.statement_presenter import movement_row, statement_page
from apps.activity.timeline import MAX_LIMIT, Cursor, Page, Timeline
from apps.common.access import owner
from apps.common.keyset import BadCursor
from apps.common.pages import render_page
from apps.common.replica import read
from apps.credits.statement import Statement
from apps.credits.statement import statement as statement_of


@owner
@require_safe
def statement(request: UserRequest) -> HttpResponse:
    """The balances at both ends, the sum of each type, and the movements, newest first, a hundred at a time."""
    today = timezone.localdate(timezone=request.user.zone)
    asked = PeriodQuery(request.GET, today)
    days = asked.period.first_day, asked.period.last_day
    shown = read(lambda: statement_of(request.user, *days), after=request.user.written_position)
    filters = TimelineFilters(
        type=Type.CREDITS, first_day=shown.first_day, last_day=shown.last_day, zone=request.user.zone
    )
    page = _movements(request, filters, asked)
    context = {
        "page": statement_page(shown, today),
        "period": asked.form,
        "notices": asked.notices,
        "rows": [movement_row(item, shown) for item in page.items],
        "next_url": _next_url(page, filters, shown),
    }
    return render_page(request, "activity/statement.html", context)


def _movements(request: UserRequest, filters: TimelineFilters, asked: PeriodQuery) -> Page:
    """A page of the movements: the first, with a notice, where the cursor can't be used."""
    movements = Timeline(user_id=request.user.pk, now=timezone.now(), filters=filters, limit=MAX_LIMIT)
    text = request.GET.get("cursor")
    try:
        cursor = Cursor.decode(text, filters) if text else None
    except BadCursor as error:
        asked.notices.append(str(error))
        cursor = None
    return page_of(movements, cursor, after=request.user.written_position)


def _next_url(page: Page, filters: TimelineFilters, shown: Statement) -> str:
    if page.next_cursor is None:
        return ""
    days = {"from": shown.first_day.isoformat(), "to": shown.last_day.isoformat()}
    return f"{reverse('activity:statement')}?{urlencode(days | {'cursor': page.next_cursor.encode(filters)})}"
