"""A demonstration's issuer: boosts, integrations, holders, and what became of some months of issuing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from apps.accounts.models import User
from apps.common.identifiers import uuid_v7_at
from apps.credentials.event_types import EventType, RecipientType, Source, Standing
from apps.credentials.history import PastEvent, PastIssuance, write_history
from apps.credentials.models import Boost, Integration, Profile
from apps.credentials.profiles import open_profile, profile_of
from apps.credentials.recipients import Recipient, of_profile

ISSUANCES: Final = 180
DAYS: Final = 75

_BOOSTS = (
    ("First aid (demo)", Boost.Category.CERTIFICATE, "Knows what to do until help comes."),
    ("Portrait lighting (demo)", Boost.Category.COURSE, "Lights a face so that it tells something."),
    ("Studio member (demo)", Boost.Category.MEMBERSHIP, "Belongs to the studio and may book it."),
    ("Hundred images (demo)", Boost.Category.BADGE, "Has generated a hundred images."),
)
_INTEGRATIONS = ("Course platform (demo)", "Membership desk (demo)")
_NAMES = ("ava", "ben", "chloe", "dev", "elif", "finn", "grace", "hugo", "iris", "jonas", "kira", "leo")


@dataclass(frozen=True, slots=True)
class Stage:
    """Whom the story is about."""

    issuer: Profile
    boosts: Sequence[Boost]
    integrations: Sequence[Integration]
    holders: Sequence[Profile]


def seed_issuer(*, owner: User, holders: Sequence[User], issuances: int, chance: Random, now: datetime) -> int:
    """Gives the owner a profile that has issued so many, and the holders theirs; nothing where it has one already."""
    if profile_of(owner):
        return 0
    stage = _set_up(owner, holders)
    told = sorted((_tell(stage, chance, now) for _ in range(issuances)), key=lambda past: past.first.at)
    return write_history(stage.issuer, told, chance)


def _set_up(owner: User, holders: Sequence[User]) -> Stage:
    issuer = open_profile(user=owner, handle="demo-academy", display_name="Demo Academy")
    boosts = [
        issuer.boosts.create(
            name=name, category=category, description=about, criteria="Made up for the demonstration.",
            state=Boost.State.LIVE,
        )
        for name, category, about in _BOOSTS
    ]  # fmt: skip
    issuer.boosts.create(name="Drone pilot (demo)", category=Boost.Category.LICENSE, description="Still a draft.")
    return Stage(
        issuer,
        boosts,
        [issuer.integrations.create(name=name) for name in _INTEGRATIONS],
        [profile_of(user) or _holder(user, number) for number, user in enumerate(holders)],
    )


def _holder(user: User, number: int) -> Profile:
    name = user.email.partition("@")[0]
    return open_profile(user=user, handle=f"demo-holder-{number}", display_name=f"{name.title()} (demo)")


def _tell(stage: Stage, chance: Random, now: datetime) -> PastIssuance:
    """One chain: to a profile or an address, ended in one of the ways that chains end."""
    at = now - timedelta(days=DAYS) * chance.random() ** 0.8 - timedelta(minutes=5)
    is_known = chance.random() < 0.55
    holder = chance.choice(stage.holders)
    events = _to_profile(holder, at, chance, now) if is_known else _to_inbox(holder, at, chance, now)
    has_it = is_known or events[-1].type == EventType.CLAIMED
    fell = chance.random()
    standing = Standing.REVOKED if fell < 0.03 else Standing.SUSPENDED if fell < 0.05 else Standing.ACTIVE
    return PastIssuance(
        activity_id=str(uuid_v7_at(at, chance)),
        boost=chance.choices(stage.boosts, [5, 4, 2, 3])[0],
        integration=chance.choice([None, None, *stage.integrations]),
        holder=holder if has_it else None,
        standing=standing,
        events=events,
    )


def _to_profile(holder: Profile, at: datetime, chance: Random, now: datetime) -> list[PastEvent]:
    recipient = of_profile(holder)
    source = chance.choice([Source.SEND, Source.SEND_BOOST, Source.CONTRACT])
    events = [PastEvent(EventType.DELIVERED, source, at, recipient)]
    claimed_at = at + timedelta(hours=chance.expovariate(1 / 20))
    if chance.random() < 0.75 and claimed_at < now:
        events.append(PastEvent(EventType.CLAIMED, Source.CLAIM, claimed_at, recipient))
    return events


def _to_inbox(holder: Profile, at: datetime, chance: Random, now: datetime) -> list[PastEvent]:
    address = f"{chance.choice(_NAMES)}.{chance.randrange(100)}@demo.example"
    recipient = Recipient(RecipientType.EMAIL, address, None)
    events = [PastEvent(EventType.CREATED, Source.SEND, at, recipient)]
    came, ends_at = chance.random(), at + timedelta(days=30)
    claimed_at = at + timedelta(hours=chance.expovariate(1 / 40))
    if came < 0.05:
        failed_at = at + timedelta(seconds=4)
        events.append(PastEvent(EventType.FAILED, Source.SEND, failed_at, recipient, "550 5.1.1 No such mailbox"))
    elif came < 0.55 and claimed_at < min(now, ends_at):
        events.append(PastEvent(EventType.CLAIMED, Source.CLAIM_LINK, claimed_at, of_profile(holder)))
    elif ends_at < now:
        events.append(PastEvent(EventType.EXPIRED, Source.INBOX, ends_at + timedelta(minutes=20), recipient))
    return events
