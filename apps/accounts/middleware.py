"""What every request of a person brings along: their own time zone, that they were here today, what they wrote."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.visits import note_visit
from apps.accounts.writes import note_write
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


class OwnWritesMiddleware:
    """Notes that the person wrote something, so that a replica which doesn't have it yet isn't asked for it.

    With the person and not in a cookie: so it holds for programs too, and for their other browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method not in _READING and (person := _person(request)):
            note_write(person)
        return response


_READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def _person(request: HttpRequest) -> User | None:
    """Whoever is signed in, or whose token was shown to a route of an API."""
    if request.user.is_authenticated:
        return request.user
    person = getattr(getattr(request, "auth", None), "user", None)
    return person if isinstance(person, User) else None
