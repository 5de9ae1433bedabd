"""The staff's pages about people: found by e-mail, and one with what they use; and what is corrected for them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import User
from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.common.keyset import BadCursor
from apps.common.pages import render_page
from apps.common.staff_pages import StaffPage, register
from apps.common.words import grouped
from apps.generations.staff import corrections, people
from apps.generations.staff.corrections import AdjustmentForm, AlreadyReset, ResetForm
from apps.generations.staff.filters import JobFilters, Period
from apps.generations.staff.person_presenter import person_page, person_row
from apps.generations.staff.statistics import statistics

ADJUST, RESET = "generations.adjust_credits", "accounts.reset_period"
PEOPLE = register(
    StaffPage(
        name="staff:people",
        title=gettext_lazy("Users"),
        about=gettext_lazy("One person’s usage, credits and generations, and corrections to them."),
        icon="users",
        permission="generations.view_generationjob",
        place=40,
    )
)


@staff(PEOPLE.permission)
@require_safe
def users(request: UserRequest) -> HttpResponse:
    """People by e-mail address, or those whose address begins as asked."""
    beginning = request.GET.get("q", "").strip().replace("\x00", "")[:254]
    try:
        page = people.people_page(beginning, request.GET.get("cursor", ""))
    except BadCursor as error:
        messages.warning(request, str(error))
        return redirect("staff:people")
    context = {
        "rows": [person_row(user, request.user.zone) for user in page.people],
        "next_url": _next_url(beginning, page.next_cursor),
        "q": beginning,
    }
    return render_page(request, "generations/staff/people.html", context)


@staff(PEOPLE.permission)
@require_safe
def user(request: UserRequest, public_id: UUID) -> HttpResponse:
    """One person's usage, credits and newest generations."""
    return _page(request, _person(public_id))


@staff(ADJUST)
@require_POST
def adjust(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Adds or takes credits, once however often the form is sent."""
    someone, form = _person(public_id), AdjustmentForm(request.POST)
    entry = corrections.adjust(form, user=someone, by=request.user) if form.is_valid() else None
    if entry is None:
        return _page(request, someone, adjustment=form)
    words = {"before": grouped(entry.balance_after - entry.amount), "after": grouped(entry.balance_after)}
    messages.success(request, _("Credits adjusted: %(before)s → %(after)s.") % words)
    return redirect("staff:person", public_id)


@staff(RESET)
@require_POST
def reset(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Begins the period's count anew, once however often the form is sent."""
    someone, form = _person(public_id), ResetForm(request.POST)
    if not form.is_valid():
        return _page(request, someone, resetting=form)
    asked = form.cleaned_data
    try:
        done = corrections.reset(user=someone, by=request.user, reason=asked["reason"], began=asked["began"])
    except AlreadyReset:
        messages.info(request, _("The period has begun anew since you opened the page, so nothing was changed."))
    else:
        words = _("Period reset: %(before)s → 0 images.")
        messages.success(request, words % {"before": grouped(done.count_before)})
    return redirect("staff:person", public_id)


def _person(public_id: UUID) -> User:
    found = people.person_by_public_id(public_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: UserRequest,
    someone: User,
    *,
    adjustment: AdjustmentForm | None = None,
    resetting: ResetForm | None = None,
) -> HttpResponse:
    """The person's page, with a form that was refused and what is wrong with it."""
    shown = _read(request, someone)
    counted = statistics(JobFilters(period=Period.ALL_TIME, user_id=someone.pk), timezone.now())
    began = corrections.beginning_of_period(someone)
    context: dict[str, Any] = {
        "person": person_page(shown, counted, request.user.zone),
        "adjustment": (adjustment or AdjustmentForm()) if request.user.has_perm(ADJUST) else None,
        "resetting": (resetting or ResetForm(began=began)) if request.user.has_perm(RESET) else None,
        "public_id": someone.public_id,
    }
    refused = adjustment is not None or resetting is not None
    return render_page(request, "generations/staff/person.html", context, status=422 if refused else 200)


def _read(request: UserRequest, someone: User) -> people.Person:
    """The person, with the movements that the address asks for, or the newest where it can't be used."""
    try:
        return people.person(someone, request.GET.get("movements"))
    except BadCursor as error:
        messages.warning(request, str(error))
        return people.person(someone)


def _next_url(beginning: str, cursor: str) -> str:
    query = {"q": beginning, "cursor": cursor} if beginning else {"cursor": cursor}
    return f"{reverse('staff:people')}?{urlencode(query)}" if cursor else ""
