"""API tokens: made, recognised and taken back. A secret leaves this module once, when its token is issued."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from apps.accounts.models import ApiToken, User
from apps.accounts.scopes import Scope

# Recognisable, so that a secret that got into a repository or a log is found by those who search for such things.
PREFIX: Final = "act_"
MOST_TOKENS: Final = 20

_RANDOM_BYTES = 32
_SHOWN_CHARACTERS = len(PREFIX) + 6
_NOTE_USE_EVERY = timedelta(minutes=1)


class TooManyTokens(Exception):
    """The person has as many tokens as one may have; nothing was written."""


class Issued(NamedTuple):
    """A new token, with the secret that is never to be had again."""

    token: ApiToken
    secret: str


@sensitive_variables("secret")
@transaction.atomic
def issue(*, user: User, name: str, scopes: Collection[Scope], lifetime: timedelta | None, now: datetime) -> Issued:
    """A token for the person's programs, good for ``lifetime`` or until it is revoked. Raises TooManyTokens."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.api_tokens.not_revoked().count() >= MOST_TOKENS:
        raise TooManyTokens
    secret = PREFIX + token_urlsafe(_RANDOM_BYTES)
    token = locked.api_tokens.create(
        name=name,
        scopes=sorted(scopes),
        digest=_digest(secret),
        beginning=secret[:_SHOWN_CHARACTERS],
        expires_at=now + lifetime if lifetime else None,
    )
    return Issued(token, secret)


@sensitive_variables("secret")
def authenticate(secret: str, *, now: datetime) -> ApiToken | None:
    """The valid token of the secret, with its person; None for any other text. Its use is noted once a minute.

    The secret is looked up by its hash, so how long that takes says nothing about secrets that are nearly right.
    """
    valid = ApiToken.objects.valid(now).filter(user__is_active=True).select_related("user")
    token = valid.filter(digest=_digest(secret)).first()
    if token:
        _note_use(token, now)
    return token


def revoke(*, user: User, token_id: UUID, now: datetime) -> ApiToken | None:
    """Takes the person's own token back, from this moment on; None where the person has no such token."""
    token = user.api_tokens.not_revoked().filter(pk=token_id).first()
    if token:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
    return token


def _note_use(token: ApiToken, now: datetime) -> None:
    before = now - _NOTE_USE_EVERY
    if token.last_used_at is None or token.last_used_at <= before:
        not_noted = Q(last_used_at=None) | Q(last_used_at__lte=before)
        ApiToken.objects.filter(not_noted, pk=token.pk).update(last_used_at=now)


@sensitive_variables("secret")
def _digest(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()
