"""What a form of these pages is answered with: the lines that have changed and a sentence, or the page it came from."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

from apps.accounts.requests import UserRequest
from apps.common.pages import render_page
from apps.orders import feed
from apps.orders.staff.feed_presenter import Choice, FeedRow
from apps.orders.staff.permissions import SEE_ORDERS
from apps.orders.staff.said import Said, say

# The badge and an order's story listen to it.
CHANGED = "attention-changed"


def answer(
    request: UserRequest, said: Said, rows: Sequence[FeedRow] = (), choices: Sequence[Choice] = ()
) -> HttpResponse:
    """The changed lines in their places, for a script; for a browser without one the page it came from, where that is
    ours. ``choices`` are what Undo is about."""
    if not getattr(request, "htmx", False):
        say(request, said)
        return redirect(_back(request))
    of_order = "of_order" in request.POST
    context = {
        "rows": () if of_order else rows,
        "said": said,
        "choices": choices,
        "of_order": of_order,
        "open_count": "" if of_order else count_words(feed.count_needing_attention()),
        "may_work": True,
        "may_see_orders": request.user.has_perm(SEE_ORDERS),
        "here": _back(request),
    }
    return trigger_client_event(render_page(request, "orders/staff/acted.html", context), CHANGED)


def count_words(count: int) -> str:
    """``3``, or ``99+`` where it was counted no further; nothing for none."""
    if count >= feed.MOST_COUNTED:
        return f"{feed.MOST_COUNTED - 1}+"
    return str(count) if count else ""


def _back(request: UserRequest) -> str:
    """The path that the form names; a path alone, because ``redirect`` would take a word for the name of a view."""
    asked = request.POST.get("next", "")
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else reverse("staff:feed")
