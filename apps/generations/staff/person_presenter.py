"""One person as the staff see them, and the lines of a list of people: in ready words."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import PeriodReset, User
from apps.accounts.usage import Usage
from apps.common.words import grouped, percent, signed
from apps.credits.models import CreditTransaction
from apps.generations.staff.details import Fact, Moment, moment
from apps.generations.staff.filters import Period
from apps.generations.staff.people import Person
from apps.generations.staff.presenters import Card, JobRow, cut, job_row, list_url, median_words
from apps.generations.staff.statistics import Statistics


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list of people."""

    email: str
    url: str
    plan: str
    used: str
    lifetime: str
    balance: str
    joined: str
    is_staff: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of the person's credits, with who recorded it where somebody did."""

    kind: str
    about: str
    job_url: str
    by: str
    moment: Moment
    amount: str
    balance_after: str
    tone: str


@dataclass(frozen=True, slots=True)
class ResetRow:
    """A period that was reset by hand."""

    moment: Moment
    by: str
    reason: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """The page of one person; ``cut`` says what its counts leave out, where they leave anything out."""

    email: str
    url: str
    cards: tuple[Card, ...]
    cut: str
    used: int
    limit: int | None
    facts: tuple[Fact, ...]
    jobs: tuple[JobRow, ...]
    jobs_url: str
    movements: tuple[Movement, ...]
    older_url: str
    resets: tuple[ResetRow, ...]
    balance: str
    period_count: str


def person_row(user: User, zone: ZoneInfo) -> PersonRow:
    """The person as a line; plan and account are loaded."""
    subscriptions = user.held_subscriptions  # type: ignore[attr-defined]  # prefetched by the list
    plan = subscriptions[0].plan if subscriptions else None
    account = getattr(user, "credit_account", None)
    limit = plan.images_per_period if plan else None
    used = grouped(user.current_period_count)
    return PersonRow(
        email=user.email,
        url=reverse("staff:person", args=[user.public_id]),
        plan=plan.name if plan else "–",
        used=used if limit is None else f"{used} / {grouped(limit)}",
        lifetime=grouped(user.generated_count),
        balance=grouped(account.balance if account else 0),
        joined=date_format(user.date_joined.astimezone(zone), "j M Y"),
        is_staff=user.is_staff,
        is_active=user.is_active,
    )


def person_page(person: Person, counts: Statistics, zone: ZoneInfo) -> PersonPage:
    """The person with the counts of their generations."""
    user, usage = person.user, person.usage
    url = reverse("staff:person", args=[user.public_id])
    return PersonPage(
        email=user.email,
        url=url,
        cards=tuple(_cards(person, counts)),
        cut=cut(counts.reach, zone),
        used=usage.used,
        limit=usage.limit,
        facts=tuple(_facts(person, zone)),
        jobs=tuple(job_row(job, zone) for job in person.jobs),
        jobs_url=list_url({"period": Period.ALL_TIME.value, "user": user.email}),
        movements=tuple(_movement(row, person.recorders, zone) for row in person.movements),
        older_url=f"{url}?movements={person.older_movements}#movements" if person.older_movements else "",
        resets=tuple(_reset(each, zone) for each in person.resets),
        balance=grouped(person.balance),
        period_count=grouped(user.current_period_count),
    )


def _cards(person: Person, counts: Statistics) -> Iterator[Card]:
    url = {"period": Period.ALL_TIME.value, "user": person.user.email}
    tally = counts.all
    yield Card(_used(person.usage), _("Images this period"), _left(person.usage))
    yield Card(grouped(person.balance), _("Credits"))
    yield Card(grouped(person.usage.lifetime_total), _("Images, ever"))
    yield Card(grouped(tally.total), _("Generations"), url=list_url(url))
    yield Card(grouped(tally.failed), _("Failed"), tone="failed", url=list_url(url, status="failed"))
    yield Card(percent(tally.success_rate), _("Success rate"), _("median %s") % median_words(tally))


def _used(usage: Usage) -> str:
    return f"{grouped(usage.used)} / {grouped(usage.limit)}" if usage.limit is not None else grouped(usage.used)


def _left(usage: Usage) -> str:
    words = _("no limit") if usage.remaining is None else _("%s left") % grouped(usage.remaining)
    return _("%(left)s, %(count)s being made") % {"left": words, "count": usage.in_flight} if usage.in_flight else words


def _facts(person: Person, zone: ZoneInfo) -> Iterator[Fact]:
    user, held = person.user, person.subscription
    yield Fact(_("User ID"), code=str(user.public_id), is_id=True)
    yield Fact(_("Plan"), held.plan.name if held else _("None"))
    if held:
        yield Fact(_("Subscription"), str(held.get_status_display()))
        yield Fact(_("Period began"), moment=moment(held.current_period_start, zone))
        yield Fact(_("Period ends"), moment=moment(held.current_period_end, zone))
    if user.last_reset_date:
        yield Fact(_("Counted since"), moment=moment(user.last_reset_date, zone))
    yield Fact(_("Joined"), moment=moment(user.date_joined, zone))
    yield Fact(_("Time zone"), user.time_zone)
    if not user.is_active:
        yield Fact(_("Sign-in"), _("Closed"))


def _movement(row: CreditTransaction, recorders: dict[int, User], zone: ZoneInfo) -> Movement:
    recorder = recorders.get(row.recorded_by_id) if row.recorded_by_id else None
    return Movement(
        kind=str(row.get_type_display()),
        about=row.description,
        job_url=reverse("staff:generation", args=[row.reference_id]) if row.reference_id else "",
        by=recorder.email if recorder else "",
        moment=moment(row.created_at, zone),
        amount=signed(row.amount),
        balance_after=grouped(row.balance_after),
        tone="plus" if row.amount > 0 else "",
    )


def _reset(each: PeriodReset, zone: ZoneInfo) -> ResetRow:
    return ResetRow(moment(each.reset_at, zone), each.reset_by.email, each.reason, grouped(each.count_before))
