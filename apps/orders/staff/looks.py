"""How orders, entries and moments look to the staff: the words, tones and icons that their pages share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.words import clock_or_day, exact_time, relative_time
from apps.orders.event_types import EVENT_TYPES
from apps.orders.models.activity_log import Level
from apps.orders.states import PaymentStatus, Status

# An entry that was recorded so much later than it happened says so.
LATE: Final = timedelta(minutes=5)


class Look(NamedTuple):
    """A tone of the stylesheet, an icon, and the word that says the same."""

    tone: str
    icon: str
    word: str | Promise


LEVELS: Final = {
    Level.INFO: Look("done", "circle-check", Level.INFO.label),
    Level.WARNING: Look("warning", "triangle-alert", Level.WARNING.label),
    Level.ERROR: Look("failed", "octagon-alert", Level.ERROR.label),
}
STATUSES: Final = {
    Status.AWAITING_PAYMENT: Look("", "hourglass", Status.AWAITING_PAYMENT.label),
    Status.EXPIRED: Look("", "timer-off", Status.EXPIRED.label),
    Status.PAID: Look("running", "wallet", Status.PAID.label),
    Status.SUBMITTED: Look("running", "send", Status.SUBMITTED.label),
    Status.IN_PRODUCTION: Look("running", "printer", Status.IN_PRODUCTION.label),
    Status.SHIPPED: Look("running", "truck", Status.SHIPPED.label),
    Status.DELIVERED: Look("done", "package-check", Status.DELIVERED.label),
    Status.CANCELLED: Look("warning", "circle-x", Status.CANCELLED.label),
}
# Said only where it isn't what the status says already.
PAYMENTS: Final = {
    PaymentStatus.PARTLY_REFUNDED: Look("", "undo-2", _("Partly refunded")),
    PaymentStatus.REFUNDED: Look("", "undo-2", _("Refunded")),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it is shown, as machines have it, and to the second."""

    text: str
    iso: str
    exact: str


def clock_moment(at: datetime, now: datetime) -> Moment:
    """``14:23`` today, otherwise ``16 Feb``."""
    return Moment(clock_or_day(at, now=now), at.isoformat(), exact_time(at))


def relative_moment(at: datetime, now: datetime) -> Moment:
    """``3 minutes ago``, for a week."""
    return Moment(relative_time(at, now=now), at.isoformat(), exact_time(at))


def label_of(event_type: str) -> str:
    """The event's label; its key where a later version of us wrote it."""
    known = EVENT_TYPES.get(event_type)
    return str(known.label) if known else event_type
