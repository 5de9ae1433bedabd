"""The first page of the staff's area."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.common.access import staff
from apps.common.pages import render_page
from apps.common.staff_pages import figures_for, pages_for


@staff()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """How things stand, and what the person may open here."""
    context = {"pages": pages_for(request.user), "figures": figures_for(request.user)}
    return render_page(request, "staff/home.html", context)
