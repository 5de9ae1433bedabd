"""The frame of the network's API: django-ninja with errors as ``{message, code, issues?}``, and who may call."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security.base import AuthBase

from apps.accounts.callers import BadToken, MissingScope, TooManyBadTokens, caller_by_token
from apps.accounts.scopes import Scope
from apps.common.access import by_operation, public
from apps.common.keyset import BadCursor
from apps.common.trpc import Code
from apps.credentials.models import Profile
from apps.credentials.profiles import profile_of
from apps.credentials.refusals import DeliveryFailed, NotFound, Refused
from apps.credentials.uris import BadUri

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ApiError(Exception):
    """An answer that isn't what was asked for: raise it anywhere within a route."""

    code: Code
    message: str
    issues: Sequence[dict[str, Any]] = ()

    def response(self) -> JsonResponse:
        body = {"message": self.message, "code": self.code.name} | ({"issues": self.issues} if self.issues else {})
        headers = {"WWW-Authenticate": "Bearer"} if self.code == Code.UNAUTHORIZED else None
        return JsonResponse(body, status=self.code.status, headers=headers)


class NetworkRequest(HttpRequest):
    """A request to a route that asked for a profile."""

    auth: Profile


class ProfileToken(AuthBase):
    """A token with the scope, of a person with a profile. This is looked at before the input is."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A token from the account page, with the scope that the operation names."

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Profile:
        try:
            caller = caller_by_token(request)
            if caller is None:
                raise ApiError(Code.UNAUTHORIZED, _("Send a token in the header Authorization: Bearer."))
            caller.require(self.scope)
        except BadToken:
            raise ApiError(Code.UNAUTHORIZED, _("The token is unknown, expired or revoked.")) from None
        except TooManyBadTokens:
            raise ApiError(Code.TOO_MANY_REQUESTS, _("Too many bad tokens. Wait a moment.")) from None
        except MissingScope:
            raise ApiError(Code.UNAUTHORIZED, _("The token lacks the scope %s.") % self.scope) from None
        profile = profile_of(caller.user)
        if profile is None:
            raise ApiError(Code.NOT_FOUND, _("You have no profile yet. Open one on the page Credentials."))
        return profile


class NetworkApi(NinjaAPI):
    """An API whose every error has LearnCard's shape."""

    def set_default_exception_handlers(self) -> None:
        """What a route raises becomes an error of ours."""
        for kind in (*_TRANSLATED, ApiError, Exception):
            self.add_exception_handler(kind, _answer)

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The addresses, marked with who may open them, and with errors of ours also for a wrong method."""
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                is_about = pattern.name in {"openapi-json", "openapi-view", "api-root"}
                view = require_safe(pattern.callback) if is_about else pattern.callback
                pattern.callback = (public if is_about else by_operation)(_with_methods(view))
        return patterns, app, namespace


def _with_methods(view: Any) -> Any:
    """The view, answering a method it doesn't know in the API's own words."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = view(request, *args, **kwargs)
        if response.status_code != Code.METHOD_NOT_SUPPORTED.status:
            return response
        error = ApiError(Code.METHOD_NOT_SUPPORTED, _("This address doesn't know that method.")).response()
        error["Allow"] = response["Allow"]
        return error

    return answered


@by_operation
def no_route(request: HttpRequest) -> HttpResponse:
    """What every other address below the API's answers."""
    return ApiError(Code.NOT_FOUND, _("There is no such address.")).response()


def _answer(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    if isinstance(error, ApiError):
        return error.response()
    if isinstance(error, ValidationError):
        return ApiError(Code.BAD_REQUEST, _("The input isn't valid."), list(map(_issue, error.errors))).response()
    code = next((code for kind, code in _TRANSLATED.items() if isinstance(error, kind)), None)
    if code:
        return ApiError(code, str(error) or _("There is nothing here.")).response()
    log.error("network API failed", exc_info=error)
    return ApiError(Code.INTERNAL_SERVER_ERROR, _("Something went wrong on our side.")).response()


_TRANSLATED = {
    ValidationError: Code.BAD_REQUEST,
    Refused: Code.BAD_REQUEST,
    BadUri: Code.BAD_REQUEST,
    BadCursor: Code.BAD_REQUEST,
    HttpError: Code.BAD_REQUEST,
    NotFound: Code.NOT_FOUND,
    Http404: Code.NOT_FOUND,
    AuthenticationError: Code.UNAUTHORIZED,
    DeliveryFailed: Code.INTERNAL_SERVER_ERROR,
}


def _issue(error: dict[str, Any]) -> dict[str, Any]:
    """What is wrong and where, as zod's issues say it."""
    path = [str(part) for part in error["loc"] if part not in {"query", "body", "path", "asked"}]
    return {"code": error["type"], "path": path, "message": error["msg"]}
