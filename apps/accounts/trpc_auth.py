"""Who calls a procedure of tRPC, and whether they may: as in the JSON API, told in tRPC's words."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.accounts.callers import BadToken, Caller, ForgedRequest, MissingScope, TooManyBadTokens, caller_of
from apps.accounts.scopes import Scope
from apps.common.trpc import Code, Fault


def identify(request: HttpRequest) -> Caller:
    """The person who is signed in, or whose token is shown. Raises Fault."""
    try:
        caller = caller_of(request)
    except BadToken:
        raise Fault(Code.UNAUTHORIZED, _("The token is unknown, expired or revoked.")) from None
    except TooManyBadTokens:
        raise Fault(Code.TOO_MANY_REQUESTS, _("Too many bad tokens. Wait a moment.")) from None
    except ForgedRequest:
        raise Fault(Code.FORBIDDEN, _("The header X-CSRFToken is missing or wrong.")) from None
    if caller is None:
        raise Fault(Code.UNAUTHORIZED, _("Sign in, or send a token in the header Authorization: Bearer."))
    return caller


def permit(caller: Caller, scope: str) -> None:
    """Raises Fault where the caller's token lacks the scope."""
    try:
        caller.require(Scope(scope))
    except MissingScope:
        raise Fault(Code.UNAUTHORIZED, _("The token lacks the scope %s.") % scope) from None
