"""Who calls the API: the person who is signed in, or the program that shows one of a person's tokens."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from apps.accounts import tokens
from apps.accounts.models import User
from apps.accounts.scopes import Scope, allows
from apps.accounts.visits import note_visit
from apps.common.csrf import passes_csrf
from apps.common.limits import Limit

BAD_TOKENS = Limit("bad-tokens", times=30, seconds=300)

_SCHEME = "bearer "


class BadToken(Exception):
    """A token was shown that is unknown, expired or revoked. Which of them it is remains unsaid."""


class TooManyBadTokens(Exception):
    """Too many bad tokens came from one address; valid ones are still welcome from there."""


class ForgedRequest(Exception):
    """A browser's session would write something, and the request doesn't carry the site's own CSRF token."""


class MissingScope(Exception):
    """The token is good, but not for this."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, and what may be done in their name; ``scopes`` null is everything: the person is signed in."""

    user: User
    scopes: tuple[str, ...] | None = None

    def require(self, scope: Scope) -> None:
        """Raises MissingScope where the caller's token doesn't cover it."""
        if self.scopes is not None and not allows(self.scopes, scope):
            raise MissingScope(scope)


def caller_by_token(request: HttpRequest) -> Caller | None:
    """The caller whose token the request shows, or None where it shows none. Raises BadToken, TooManyBadTokens."""
    secret = _shown_secret(request)
    if secret is None:
        return None
    token = tokens.authenticate(secret, now=timezone.now())
    if token is None:
        raise BadToken if BAD_TOKENS.count_request(request) else TooManyBadTokens
    note_visit(token.user, timezone.now().date())
    return Caller(token.user, tuple(token.scopes))


def caller_by_session(request: HttpRequest) -> Caller | None:
    """The person who is signed in, or None. Raises ForgedRequest for a write without the CSRF token."""
    if not request.user.is_authenticated:
        return None
    if not passes_csrf(request):
        raise ForgedRequest
    return Caller(request.user)


def caller_of(request: HttpRequest) -> Caller | None:
    """Who calls, or None. A token that is shown decides alone, be the browser signed in or not."""
    return caller_by_token(request) or caller_by_session(request)


@sensitive_variables("header")
def _shown_secret(request: HttpRequest) -> str | None:
    header = request.headers.get("Authorization", "")
    return header[len(_SCHEME) :].strip() if header.lower().startswith(_SCHEME) else None
