"""The staff's pages about Activity."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.accounts.requests import UserRequest
from apps.activity.adoption import adoption_report
from apps.activity.adoption_presenter import adoption_page
from apps.common.access import staff
from apps.common.pages import render_page
from apps.common.replica import read
from apps.common.staff_pages import StaffPage, register

ADOPTION = register(
    StaffPage(
        name="staff:adoption",
        title=_("Adoption"),
        about=_("How many of the people who use the product look at their activity."),
        icon="chart-column",
        permission="accounts.view_adoption",
        place=70,
    )
)


@staff(ADOPTION.permission)
@require_safe
def adoption(request: UserRequest) -> HttpResponse:
    """The share of weekly active users who view Activity, against the goal."""
    today = timezone.now().date()
    report = read(lambda: adoption_report(today), after=request.user.written_position)
    return render_page(request, "activity/adoption.html", {"adoption": adoption_page(report)})
