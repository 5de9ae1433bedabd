"""What every request of a signed-in person brings along: their own time zone, and that they were here today."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from apps.accounts.visits import note_visit
from apps.common.pages import is_prefetch


class UserTimeZoneMiddleware:
    """Activates the person's time zone for the request and puts the default back afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(request.user.zone):
            return self.get_response(request)


class VisitMiddleware:
    """Notes that the person uses the product today; a browser that fetches ahead isn't use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and not is_prefetch(request):
            note_visit(request.user, timezone.now().date())
        return self.get_response(request)
