"""The issuer's dashboard: figures, list, one activity, and the file of them all."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from apps.accounts.requests import UserRequest
from apps.common.access import owner
from apps.common.export import csv_file
from apps.common.keyset import BadCursor, read_time
from apps.common.pages import partial_asked_for, render_page
from apps.common.paths import path_to
from apps.common.replica import read
from apps.common.schemas import utc_text
from apps.credentials import presenters, standing
from apps.credentials.daily import days_until
from apps.credentials.drawers import drawer
from apps.credentials.exports import COLUMNS, rows
from apps.credentials.feed import find_chain, list_activity
from apps.credentials.forms import ActivityForm, ProfileForm
from apps.credentials.models import Profile
from apps.credentials.profiles import open_profile, profile_of
from apps.credentials.refusals import Refused
from apps.credentials.stats import count_activity

TEMPLATE = "credentials/dashboard.html"
PAGE_ROWS = 25
_WORDS = {"revoke": standing.revoke, "suspend": standing.suspend, "reactivate": standing.reactivate}


@owner
@require_safe
def dashboard(request: UserRequest) -> HttpResponse:
    """What the person has issued; for someone without a profile, the form to open one."""
    profile = profile_of(request.user)
    if profile is None:
        return render_page(request, "credentials/open_profile.html", {"form": ProfileForm()})
    return render_page(request, TEMPLATE, _dashboard(request, profile, request.GET))


@owner
@require_POST
def open_own_profile(request: UserRequest) -> HttpResponse:
    """Opens the person's profile; one who has one keeps it."""
    form = ProfileForm(request.POST)
    if profile_of(request.user) is None:
        if not form.is_valid():
            return render_page(request, "credentials/open_profile.html", {"form": form}, status=422)
        open_profile(user=request.user, **form.cleaned_data)
    return redirect("credentials:dashboard")


@owner
@require_safe
def activity(request: UserRequest, activity_id: str) -> HttpResponse:
    """The drawer of one activity; opened directly, the dashboard with its drawer open."""
    profile = profile_of(request.user)
    chain = find_chain(profile, activity_id) if profile else []
    if profile is None or not chain:
        raise Http404
    context: dict[str, Any] = {"drawer": drawer(chain, close_url=path_to("credentials:dashboard"), may_act=True)}
    if partial_asked_for(request) != "drawer":
        context |= _dashboard(request, profile, QueryDict())
    return render_page(request, TEMPLATE, context)


@owner
@require_POST
def change_standing(request: UserRequest, activity_id: str) -> HttpResponse:
    """Revokes, suspends or reactivates one of the person's own issuances."""
    profile, move = profile_of(request.user), _WORDS.get(request.POST.get("word", ""))
    issuance = profile.issuances.with_activity_id(activity_id).first() if profile else None
    if issuance is None or move is None:
        raise Http404
    try:
        move(issuance)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        issuance.refresh_from_db(fields=["standing"])
        messages.success(request, _("Now %(standing)s.") % {"standing": issuance.get_standing_display().lower()})
    return redirect("credentials:activity", activity_id)


@owner
@require_GET
def export_csv(request: UserRequest) -> HttpResponseBase:
    """A line an activity. 400 for filters that can't be applied: a file has no place for the page's notices."""
    profile = profile_of(request.user)
    if profile is None:
        raise Http404
    form = ActivityForm(profile, request.GET)
    filters = form.filters(request.user.zone)
    if form.unread:
        return HttpResponse("\n".join(_notices(form)), status=400, content_type="text/plain; charset=utf-8")
    name = f"credentials-{profile.handle}-{timezone.localdate(timezone=request.user.zone):%Y-%m-%d}"
    return csv_file(rows(profile, filters, after=request.user.written_position), header=COLUMNS, name=name)


def _dashboard(request: UserRequest, profile: Profile, query: QueryDict) -> dict[str, Any]:
    now, zone = timezone.now(), request.user.zone
    form = ActivityForm(profile, query)
    filters = form.filters(zone)
    cursor, notices = _cursor(query.get("cursor"), _notices(form))
    written = request.user.written_position
    page = read(lambda: list_activity(profile, filters, limit=PAGE_ROWS, before=cursor, grouped=True), after=written)
    context: dict[str, Any] = {
        "profile": profile,
        "filters": form,
        "is_filtered": bool(form.applied),
        "notices": notices,
        "rows": presenters.rows(page, now=now),
        "next_url": _next_url(form, page.cursor),
        "export_url": presenters.query_url("credentials:export-csv", form.applied),
    }
    if partial_asked_for(request) != "more":
        stats = read(lambda: count_activity(profile, filters), after=written)
        days = read(lambda: days_until(now.astimezone(zone).date(), profile, filters, zone), after=written)
        context |= {
            "cards": presenters.cards(stats),
            "funnel": presenters.funnel(stats),
            "chart": presenters.chart(days),
            "days": presenters.day_rows(days),
            "has_any": stats.total > 0,
        }
    return context


def _cursor(text: str | None, notices: list[str]) -> tuple[datetime | None, list[str]]:
    """The cursor, or the beginning with a notice where it can't be used."""
    try:
        return (read_time(text) if text else None), notices
    except BadCursor as error:
        return None, [*notices, str(error)]


def _next_url(form: ActivityForm, cursor: datetime | None) -> str:
    return presenters.query_url("credentials:dashboard", {**form.applied, "cursor": utc_text(cursor)}) if cursor else ""


def _notices(form: ActivityForm) -> list[str]:
    return [_("“%(field)s” couldn't be read, so it isn't applied.") % {"field": label} for label in form.unread]
