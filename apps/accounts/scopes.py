"""What an API token may do, in words of the form ``subject:verb``."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

ANY = "*"


class Scope(models.TextChoices):
    """The scopes that a route can ask for."""

    ACTIVITY_READ = "activity:read", _("Read activity")
    GENERATIONS_READ = "generations:read", _("Read generations and usage")
    GENERATIONS_WRITE = "generations:write", _("Start and retry generations, which spends credits")
    CREDITS_READ = "credits:read", _("Read credit transactions")
    CREDENTIALS_WRITE = "credentials:write", _("Issue, claim and revoke credentials")


def allows(held: Iterable[str], asked: Scope) -> bool:
    """Whether one of the scopes covers what is asked for; ``activity:*``, ``*:read`` and ``*:*`` cover many."""
    return any(_covers(scope, asked) for scope in held)


def _covers(held: str, asked: str) -> bool:
    parts, wanted = held.split(":"), asked.split(":")
    return len(parts) == len(wanted) and all(part in (ANY, word) for part, word in zip(parts, wanted, strict=True))
