"""The staff's reads of people: found by e-mail address, a page at a time, and one with what they use and have."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch
from django.db.models.functions import Lower
from django.db.models.lookups import Exact, GreaterThan, StartsWith

from apps.accounts.models import PeriodReset, Subscription, User
from apps.accounts.usage import Usage, active_subscription
from apps.common import keyset
from apps.common.keyset import BadCursor
from apps.credits import ledger
from apps.credits.models import CreditTransaction
from apps.credits.queries import transactions_of
from apps.generations.models import GenerationJob
from apps.generations.queries import usage_of

PAGE = 50
NEWEST_JOBS = 10
MOVEMENTS = 20
RESETS = 10

_ADDRESS = Lower("email")  # as the unique index has it
_HELD = Prefetch(
    "subscriptions", queryset=Subscription.objects.holding().select_related("plan"), to_attr="held_subscriptions"
)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people by e-mail address, with plan and balance, and where to go on; empty at the end."""

    people: tuple[User, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person as the staff see them. ``older_movements`` is the cursor of those after the page's, null at the end;
    ``recorders`` are those who moved credits by hand."""

    user: User
    subscription: Subscription | None
    usage: Usage
    balance: int
    jobs: tuple[GenerationJob, ...]
    movements: tuple[CreditTransaction, ...]
    recorders: dict[int, User]
    older_movements: str | None
    resets: tuple[PeriodReset, ...]


def person_by_email(email: str) -> User | None:
    """Whoever signs in by the address, however it is written."""
    return User.objects.filter(Exact(_ADDRESS, email.strip().lower())).first()


def person_by_public_id(public_id: UUID) -> User | None:
    return User.objects.filter(public_id=public_id).first()


def people_page(beginning: str, cursor: str = "") -> PeoplePage:
    """People whose address begins so, from A to Z: one range of the unique index of addresses. Raises BadCursor."""
    people = User.objects.select_related("credit_account").prefetch_related(_HELD)
    if beginning:
        people = people.filter(StartsWith(_ADDRESS, beginning.strip().lower()))
    if cursor:
        people = people.filter(GreaterThan(_ADDRESS, _readable(keyset.decode(cursor, ("e",))["e"])))
    found = tuple(people.annotate(address=_ADDRESS).order_by("address")[: PAGE + 1])
    more = len(found) > PAGE
    return PeoplePage(found[:PAGE], keyset.encode({"e": found[PAGE - 1].address}) if more else "")


def person(user: User, cursor: str | None = None) -> Person:
    """The person with the newest of their jobs, and their movements after the cursor. Raises BadCursor."""
    subscription = active_subscription(user)
    page = transactions_of(user, limit=MOVEMENTS, cursor=cursor)
    return Person(
        user=user,
        subscription=subscription,
        usage=usage_of(user, plan=subscription.plan if subscription else None),
        balance=ledger.balance_of(user.pk),
        jobs=tuple(user.generation_jobs.select_related("character").newest_first()[:NEWEST_JOBS]),
        movements=tuple(page.transactions),
        recorders=User.objects.in_bulk({each.recorded_by_id for each in page.transactions} - {user.pk, None}),
        older_movements=page.next_cursor,
        resets=tuple(user.period_resets.select_related("reset_by").order_by("-reset_at")[:RESETS]),
    )


def _readable(address: str) -> str:
    """The text, unless PostgreSQL could hold none such. Raises BadCursor."""
    if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in address):
        raise BadCursor
    return address
