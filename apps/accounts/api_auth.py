"""How a route of the JSON API says who may call it: ``auth=needs(Scope.ACTIVITY_READ)``."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase

from apps.accounts.callers import (
    BAD_TOKENS,
    BadToken,
    Caller,
    ForgedRequest,
    MissingScope,
    TooManyBadTokens,
    caller_by_session,
    caller_by_token,
)
from apps.accounts.scopes import Scope
from apps.common.problem import Problem


class ApiRequest(HttpRequest):
    """A request to a route that asked for a caller."""

    auth: Caller


class BearerToken(AuthBase):
    """A token with the scope. One that is shown and isn't good is refused, whoever is signed in beside it."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A token from the account page, with the scope that the operation names."

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller | None:
        try:
            caller = caller_by_token(request)
            if caller:
                caller.require(self.scope)
            return caller
        except BadToken:
            raise Problem(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}) from None
        except TooManyBadTokens:
            raise Problem(429, headers={"Retry-After": str(BAD_TOKENS.seconds_left)}) from None
        except MissingScope:
            raise _missing(self.scope) from None


class SignedIn(AuthBase):
    """The session of a browser; to write, it must send the site's CSRF token in the header X-CSRFToken."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The session of a browser that is signed in."

    def __call__(self, request: HttpRequest) -> Caller | None:
        try:
            return caller_by_session(request)
        except ForgedRequest:
            raise Problem(403, _("The header X-CSRFToken is missing or wrong.")) from None


def needs(scope: Scope) -> Sequence[AuthBase]:
    """A signed-in person, or a token with the scope."""
    return [BearerToken(scope), SignedIn()]


def _missing(scope: Scope) -> Problem:
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    detail = _("The token lacks the scope %s.") % scope
    return Problem(403, detail, headers={"WWW-Authenticate": challenge})
