"""The taxonomy of credential activity: the events of a chain, which may follow which, where each came from."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class EventType(models.TextChoices):
    """What happened to an issuance; labels say where it stands since."""

    CREATED = "CREATED", _("Waiting")
    DELIVERED = "DELIVERED", _("Delivered")
    CLAIMED = "CLAIMED", _("Claimed")
    EXPIRED = "EXPIRED", _("Expired")
    FAILED = "FAILED", _("Failed")


class RecipientType(models.TextChoices):
    """How the recipient was addressed."""

    PROFILE = "profile", _("Profile")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")


class Source(models.TextChoices):
    """Which door an event came through. ``appEvent`` and ``acceptCredential`` are read, and written by nothing here."""

    SEND = "send", _("Sent")
    SEND_BOOST = "sendBoost", _("Boost sent")
    SEND_CREDENTIAL = "sendCredential", _("Credential sent")
    INBOX = "inbox", _("Inbox")
    CLAIM = "claim", _("Accepted")
    CLAIM_LINK = "claimLink", _("Claim link")
    CONTRACT = "contract", _("Contract")
    ACCEPT_CREDENTIAL = "acceptCredential", _("Credential accepted")
    APP_EVENT = "appEvent", _("App event")


class Standing(models.TextChoices):
    """Whether what was issued holds, whatever became of its delivery."""

    ACTIVE = "active", _("Active")
    REVOKED = "revoked", _("Revoked")
    SUSPENDED = "suspended", _("Suspended")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """An event for people: ``sentence`` is what a timeline says; ``follows`` is what may stand before it in a chain."""

    type: EventType
    sentence: str | Promise
    icon: str
    tone: str
    follows: frozenset[EventType | None]


_OPEN = frozenset({EventType.CREATED, EventType.DELIVERED})

EVENT_KINDS: Final = {
    kind.type: kind
    for kind in (
        EventKind(
            type=EventType.CREATED,
            sentence=_("Put into the inbox of %(recipient)s"),
            icon="inbox",
            tone="running",
            follows=frozenset({None}),
        ),
        EventKind(
            type=EventType.DELIVERED,
            sentence=_("Delivered to %(recipient)s"),
            icon="send",
            tone="running",
            follows=frozenset({None, EventType.CREATED}),
        ),
        EventKind(
            type=EventType.CLAIMED,
            sentence=_("Claimed by %(recipient)s"),
            icon="badge-check",
            tone="done",
            follows=_OPEN,
        ),
        EventKind(
            type=EventType.EXPIRED,
            sentence=_("Expired before %(recipient)s claimed it"),
            icon="clock-alert",
            tone="warning",
            follows=_OPEN,
        ),
        EventKind(
            type=EventType.FAILED,
            sentence=_("Couldn't be delivered to %(recipient)s"),
            icon="triangle-alert",
            tone="failed",
            follows=_OPEN | {None},
        ),
    )
}


class Status(NamedTuple):
    """Where an issuance stands, for people: never a colour alone."""

    label: str
    tone: str
    icon: str


def status_of(standing: Standing, event_type: EventType) -> Status:
    """What is said of an issuance: that it doesn't hold outdoes where its chain stands."""
    if standing in _NOT_IN_STANDING:
        return Status(str(standing.label), *_NOT_IN_STANDING[standing])
    kind = EVENT_KINDS[event_type]
    return Status(str(event_type.label), kind.tone, kind.icon)


_NOT_IN_STANDING: Final = {Standing.REVOKED: ("failed", "ban"), Standing.SUSPENDED: ("warning", "circle-pause")}
