"""Says who may open a view. Every view carries one of these marks; a test refuses a view without."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

from apps.common import second_factor

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Anyone, signed in or not."""
    return _marked(view, "public")


def owner(view: View) -> View:
    """A signed-in person, who sees only what is their own; the view starts every query from the person."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _to_sign_in(request)

    return _marked(guarded, "owner")  # type: ignore[return-value]


def staff(permission: str = "") -> Callable[[View], View]:
    """Staff with the permission, or all of the staff where none is named; for everyone else the page doesn't exist."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not request.user.is_staff or (permission and not request.user.has_perm(permission)):
                raise Http404
            if step := second_factor.still_asked_for(request):
                return to_step(request, step)
            return view(request, *args, **kwargs)

        return _marked(guarded, f"staff:{permission}")  # type: ignore[return-value]

    return mark


def to_step(request: HttpRequest, path: str) -> HttpResponseBase:
    """To a page on which something has to be done first; a fragment sends the whole page there."""
    return HttpResponseClientRedirect(path) if getattr(request, "htmx", False) else HttpResponseRedirect(path)


def by_operation(view: View) -> View:
    """Each operation behind the address says for itself who may call it: routes of the API, procedures of tRPC."""
    return _marked(view, "by operation")


def _marked(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page, which comes back to where the person was; a fragment sends the whole page there."""
    if not getattr(request, "htmx", False):
        return redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(redirect_to_login(_page_around(request))["Location"])


def _page_around(request: HttpRequest) -> str:
    """Path and query of the page that the fragment is for; the front door where that can't be told."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return "/"
    return urlunsplit(("", "", page.path, page.query, "")) or "/"
