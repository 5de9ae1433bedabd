"""The staff's feed: all activity, and what of it needs attention."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.common.pages import partial_asked_for, render_page
from apps.common.staff_pages import StaffPage, register
from apps.orders import feed
from apps.orders.staff.answers import count_words
from apps.orders.staff.asked import address
from apps.orders.staff.export_views import export_links
from apps.orders.staff.feed_forms import FeedQuery, Tab
from apps.orders.staff.feed_presenter import entry_rows, problem_rows
from apps.orders.staff.looks import LEVELS
from apps.orders.staff.permissions import SEE_FEED, SEE_ORDERS, WORK_ORDERS
from apps.orders.staff.said import take_said

# What tells htmx to ask no more.
_STOP = 286
TEMPLATE = "orders/staff/feed.html"
ROW_ICONS = (*(look.icon for look in LEVELS.values()), "check", "rotate-ccw", "clock-alert", "history", "undo-2")
FEED = register(
    StaffPage(
        name="staff:feed",
        title=_("Activity"),
        about=_("Everything that happens in the shop as it happens, and what of it needs someone."),
        icon="flag",
        permission=SEE_FEED,
        place=10,
        badge="staff:feed-badge",
    )
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Where news of a list is asked for, the list's own address, and how much is new; empty for nothing."""

    ask_url: str
    list_url: str
    words: str


@staff(FEED.permission)
@never_cache
@require_safe
def activity(request: UserRequest) -> HttpResponse:
    """The tab that the address names, filtered."""
    asked = FeedQuery(request.GET, request.user.zone)
    context = _list(asked, request.user.written_position) | {
        "is_attention": asked.is_attention,
        "may_see_orders": request.user.has_perm(SEE_ORDERS),
        "may_work": request.user.has_perm(WORK_ORDERS),
    }
    if partial_asked_for(request) != "more":
        context |= _around(request, asked)
    return render_page(request, TEMPLATE, context)


@staff(FEED.permission)
@never_cache
@require_safe
def news(request: UserRequest) -> HttpResponse:
    """How much has come since the page was read, as an offer to load it."""
    asked = FeedQuery(request.GET, request.user.zone)
    newest = asked.position(request.GET.get("after"))
    if newest is None:
        return HttpResponse(status=_STOP)
    count = feed.count_newer_problems if asked.is_attention else feed.count_newer_entries
    return render_page(
        request, "orders/staff/_offer.html", {"offer": _offer(asked, newest, count(asked.filters, newest))}
    )


@staff(FEED.permission)
@never_cache
@require_safe
def badge(request: UserRequest) -> HttpResponse:
    """How much needs attention, for the navigation; nothing at all where nothing does."""
    return render_page(request, "orders/staff/badge.html", {"count": count_words(feed.count_needing_attention())})


def _list(asked: FeedQuery, after: int | None) -> dict[str, Any]:
    """What needs attention is read where it is acted upon, at the primary; the log itself, where there is a replica."""
    now = timezone.now()
    page: feed.Attention | feed.Page
    if asked.is_attention:
        page = feed.list_problems(filters=asked.filters, cursor=asked.cursor)
        rows = problem_rows(page, now)
    else:
        page = feed.page_of(filters=asked.filters, cursor=asked.cursor, after=after)
        rows = entry_rows(page, now)
    cursor = page.next_cursor.encode(asked.bound_to) if page.next_cursor else ""
    next_url = address(reverse("staff:feed"), asked.in_address, cursor=cursor) if cursor else ""
    offer = None if asked.cursor else _offer(asked, _newest(page, now))
    return {"rows": rows, "next_url": next_url, "searched_to": page.searched_to, "offer": offer}


def _newest(page: feed.Attention | feed.Page, now: datetime) -> feed.Cursor:
    """The first line of a page; of an empty one, this moment."""
    if isinstance(page, feed.Attention):
        first = next(((each.last_occurred_at, each.last_entry_id) for each in page.problems), None)
    else:
        first = next(((each.occurred_at, each.id) for each in page.entries), None)
    return feed.Cursor(*first) if first else feed.Cursor(now, UUID(int=0))


def _offer(asked: FeedQuery, newest: feed.Cursor, count: int = 0) -> Offer:
    """What asks for news of the list, and offers what there is."""
    ask_url = address(reverse("staff:feed-news"), asked.in_address, after=newest.encode(asked.bound_to))
    words = ngettext("%s new", "%s new", count) % (f"{feed.MOST_NEW}+" if count > feed.MOST_NEW else count)
    return Offer(ask_url, address(reverse("staff:feed"), asked.in_address), words if count else "")


def _around(request: UserRequest, asked: FeedQuery) -> dict[str, Any]:
    """What stands around the lines."""
    here = reverse("staff:feed")
    return {
        "tab": asked.tab.value,
        "icons": ROW_ICONS,
        "all_url": here,
        "attention_url": address(here, {"tab": Tab.ATTENTION.value}),
        "open_count": count_words(feed.count_needing_attention()),
        "filters": asked.form,
        "notices": asked.notices,
        "is_narrowed": bool(asked.applied),
        "here": request.get_full_path(),
        "bare_url": address(here, {"tab": asked.tab.value} if asked.is_attention else {}),
        "exports": export_links(asked.in_address),
        "delayed": feed.count_delayed(),
        "said": take_said(request),
    }
