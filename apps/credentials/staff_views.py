"""The staff's page about all issuers' credential activity."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.common.access import staff
from apps.common.keyset import BadCursor, read_uuid
from apps.common.pages import partial_asked_for, render_page
from apps.common.staff_pages import StaffPage, register
from apps.credentials import presenters
from apps.credentials.drawers import drawer
from apps.credentials.everyone import list_all
from apps.credentials.feed import find_chain
from apps.credentials.forms import StaffForm
from apps.credentials.profiles import profile_by_handle

TEMPLATE = "credentials/staff.html"
CREDENTIALS = register(
    StaffPage(
        name="staff:credentials",
        title=_("Credentials"),
        about=_("What all issuers have sent, and what became of it."),
        icon="badge-check",
        permission="credentials.view_credentialactivity",
    )
)


@staff(CREDENTIALS.permission)
@require_safe
def credentials(request: HttpRequest) -> HttpResponse:
    """Every event of every issuer, newest first."""
    return render_page(request, TEMPLATE, _list(request))


@staff(CREDENTIALS.permission)
@require_safe
def credential_activity(request: HttpRequest, handle: str, activity_id: str) -> HttpResponse:
    """The drawer of one activity of an issuer's, to read."""
    issuer = profile_by_handle(handle)
    chain = find_chain(issuer, activity_id) if issuer else []
    if not chain:
        raise Http404
    context: dict[str, Any] = {
        "drawer": drawer(chain, close_url=presenters.query_url("staff:credentials", {}), may_act=False)
    }
    if partial_asked_for(request) != "drawer":
        context |= _list(request)
    return render_page(request, TEMPLATE, context)


def _list(request: HttpRequest) -> dict[str, Any]:
    form = StaffForm(request.GET)
    before, notices = _before(request.GET.get("cursor", ""), form.notices())
    page = list_all(event_type=form.event_type, issuer=form.issuer_profile, before=before)
    query = {**form.applied, "cursor": str(page.next_before)} if page.next_before else {}
    return {
        "filters": form,
        "notices": notices,
        "rows": presenters.staff_rows(page.entries, now=timezone.now()),
        "next_url": presenters.query_url("staff:credentials", query) if query else "",
    }


def _before(cursor: str, notices: list[str]) -> tuple[UUID | None, list[str]]:
    """Where the page goes on, or the beginning with a notice where that can't be told."""
    try:
        return (read_uuid(cursor) if cursor else None), notices
    except BadCursor as error:
        return None, [*notices, str(error)]
