"""One activity in full: its chain as a timeline, its technical ids, and what its issuer can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.common.words import duration, exact_time
from apps.credentials.event_types import EVENT_KINDS, EventType, Standing, Status
from apps.credentials.feed import Entry
from apps.credentials.presenters import recipient_of, status_of_entry
from apps.credentials.uris import BOOST, CREDENTIAL, uri_of


@dataclass(frozen=True, slots=True)
class ChainStep:
    """An event of the chain; ``duration`` is what passed since the one before."""

    label: str
    tone: str
    time: str
    time_iso: str
    duration: str


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    is_id: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """What the issuer can do. ``warning`` is shown before it is done for good."""

    word: str
    label: str
    icon: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Drawer:
    """Every value is ready to be placed."""

    title: str
    recipient: str
    status: Status
    error: str
    steps: tuple[ChainStep, ...]
    facts: tuple[Fact, ...]
    actions: tuple[Action, ...]
    action_url: str
    verify_url: str
    close_url: str


def drawer(chain: Sequence[Entry], *, close_url: str, may_act: bool) -> Drawer:
    """The drawer of a chain, which has at least one event."""
    latest = chain[-1]
    event = latest.event
    credential_id = next((each.event.credential_id for each in reversed(chain) if each.event.credential_id), None)
    return Drawer(
        title=latest.name,
        recipient=recipient_of(latest),
        status=status_of_entry(latest),
        error=str((event.metadata or {}).get("error", "")),
        steps=tuple(_steps(chain)),
        facts=tuple(_facts(chain)),
        actions=_actions(latest) if may_act else (),
        action_url=reverse("credentials:standing", args=[event.activity_id]),
        verify_url=reverse("credentials:verify", args=[credential_id]) if credential_id else "",
        close_url=close_url,
    )


def _steps(chain: Sequence[Entry]) -> list[ChainStep]:
    before = None
    steps = []
    for entry in chain:
        kind = EVENT_KINDS[EventType(entry.event.event_type)]
        at = entry.event.timestamp
        label = str(kind.sentence) % {"recipient": recipient_of(entry)}
        steps.append(
            ChainStep(label, kind.tone, exact_time(at), at.isoformat(), duration(at - before) if before else "")
        )
        before = at
    return steps


def _facts(chain: Sequence[Entry]) -> list[Fact]:
    first, latest = chain[0].event, chain[-1].event
    boost, integration = latest.boost, latest.integration
    found = [
        Fact(_("Source"), str(first.get_source_display())),
        Fact(_("Addressed to"), first.recipient_identifier),
        Fact(_("Category"), boost.get_category_display() if boost else latest.issuance.category),
        Fact(_("Integration"), integration.name if integration else ""),
        Fact(_("Activity"), latest.activity_id, is_id=True),
        Fact(_("Boost"), uri_of(BOOST, boost.pk) if boost else "", is_id=True),
        *(Fact(_("Credential"), uri_of(CREDENTIAL, id_), is_id=True) for id_ in _ids(chain, "credential_id")),
        *(Fact(_("Inbox"), str(id_), is_id=True) for id_ in _ids(chain, "inbox_credential_id")),
    ]
    return [fact for fact in found if fact.value]


def _ids(chain: Sequence[Entry], name: str) -> list[UUID]:
    return list(dict.fromkeys(id_ for entry in chain if (id_ := getattr(entry.event, name))))


def _actions(latest: Entry) -> tuple[Action, ...]:
    if latest.event.event_type in (EventType.EXPIRED, EventType.FAILED):
        return ()
    revoke = Action("revoke", _("Revoke"), "ban", _("It stops being valid for good. This can't be undone."))
    match latest.standing:
        case Standing.ACTIVE:
            return (Action("suspend", _("Suspend"), "circle-pause"), revoke)
        case Standing.SUSPENDED:
            return (Action("reactivate", _("Reactivate"), "circle-play"), revoke)
        case _:
            return ()
