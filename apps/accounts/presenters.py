"""Turns tokens into rows of ready words for the account page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from apps.accounts.models import ApiToken


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token as the list shows it; the moments are formatted where they are placed."""

    name: str
    beginning: str
    may: tuple[str, ...]
    last_used_at: datetime | None
    expires_at: datetime | None
    has_expired: bool
    revoke_url: str


def token_rows(tokens: Iterable[ApiToken], *, now: datetime) -> list[TokenRow]:
    """The rows of a list of tokens."""
    return [
        TokenRow(
            name=token.name,
            beginning=token.beginning,
            may=tuple(token.scope_labels),
            last_used_at=token.last_used_at,
            expires_at=token.expires_at,
            has_expired=token.has_expired(now),
            revoke_url=reverse("accounts:revoke-token", args=[token.pk]),
        )
        for token in tokens
    ]
