"""The staff's page of insights."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.common.pages import render_page
from apps.common.replica import read
from apps.common.staff_pages import StaffPage, register
from apps.common.time_limits import TookTooLong
from apps.generations.insights import insights as find_insights
from apps.generations.staff.forms import JobQuery
from apps.generations.staff.insight_presenter import insight_page

OF_DATES = ("period", "from", "to")
INSIGHTS = register(
    StaffPage(
        name="staff:insights",
        title=_("Insights"),
        about=_("Who generates most and what, how well it goes, and what it fails of."),
        icon="chart-no-axes-combined",
        permission="generations.view_generationjob",
        place=60,
    )
)


@staff(INSIGHTS.permission)
@require_safe
def insights(request: UserRequest) -> HttpResponse:
    """Rankings and rates for the chosen dates; or that they took too long to count."""
    asked = JobQuery({name: request.GET[name] for name in OF_DATES if name in request.GET}, request.user.zone)
    context: dict[str, Any] = {"fields": [asked.form[name] for name in OF_DATES], "notices": asked.notices}
    now = timezone.now()
    try:
        found = read(lambda: find_insights(asked.filters, now), after=request.user.written_position)
    except TookTooLong:
        context["took_too_long"] = True
    else:
        context["page"] = insight_page(found, asked.filters, asked.applied, now)
    return render_page(request, "generations/staff/insights.html", context)
