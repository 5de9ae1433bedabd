"""The staff's feed: all activity, and what of it needs attention."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
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


@staff(FEED.permission)
@never_cache
@require_safe
def activity(request: UserRequest) -> HttpResponse:
    """The tab that the address names, filtered."""
    asked = FeedQuery(request.GET, request.user.zone)
    context = _list(asked) | {
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
def badge(request: UserRequest) -> HttpResponse:
    """How much needs attention, for the navigation; nothing at all where nothing does."""
    return render_page(request, "orders/staff/badge.html", {"count": count_words(feed.count_needing_attention())})


def _list(asked: FeedQuery) -> dict[str, Any]:
    now = timezone.now()
    page: feed.Attention | feed.Page
    if asked.is_attention:
        page = feed.list_problems(filters=asked.filters, cursor=asked.cursor)
        rows = problem_rows(page, now)
    else:
        page = feed.list_recent(filters=asked.filters, cursor=asked.cursor)
        rows = entry_rows(page, now)
    cursor = page.next_cursor.encode(asked.bound_to) if page.next_cursor else ""
    next_url = address(reverse("staff:feed"), asked.in_address, cursor=cursor) if cursor else ""
    return {"rows": rows, "next_url": next_url, "searched_to": page.searched_to}


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
