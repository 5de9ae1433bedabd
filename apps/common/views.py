"""The front door, and what a supervisor or load balancer asks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.common.access import public


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, for those who aren't signed in; everyone else goes to their activity."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "home.html")


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return HttpResponse("ok", content_type="text/plain")
