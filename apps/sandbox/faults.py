"""What can be made to go wrong: one record a fault, and how many of the next requests meet with it."""

from dataclasses import dataclass
from typing import Final

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.sandbox.models import Knob

MOST: Final = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong; ``about`` says to whom it happens and how it looks from outside."""

    key: str
    group: Promise
    label: Promise
    about: Promise


_PAYMENTS, _ORDERS = _("Payments"), _("Print orders and catalogue")
_MAIL, _WEBHOOKS = _("Mail"), _("Webhooks")

PAYMENT_DECLINED: Final = Fault(
    key="payment_declined",
    group=_PAYMENTS,
    label=_("Card declined"),
    about=_("Paying by card is refused, whatever is pressed on the payment page."),
)
CHECKOUT_DOWN: Final = Fault(
    key="checkout_down",
    group=_PAYMENTS,
    label=_("Payments API down"),
    about=_("A call of the payments API answers 500."),
)
REFUND_REFUSED: Final = Fault(
    key="refund_refused",
    group=_PAYMENTS,
    label=_("Refund refused"),
    about=_("Asking for a refund answers 400: too little balance."),
)
REFUND_FAILS: Final = Fault(
    key="refund_fails",
    group=_PAYMENTS,
    label=_("Refund fails later"),
    about=_("The refund is taken, and a webhook says some seconds later that the bank sent it back."),
)
SUBMISSION_REFUSED: Final = Fault(
    key="submission_refused",
    group=_ORDERS,
    label=_("Submission refused"),
    about=_("Submitting an order answers 400: out of stock."),
)
SUBMISSION_BREAKS: Final = Fault(
    key="submission_breaks",
    group=_ORDERS,
    label=_("Submission breaks off"),
    about=_("Submitting an order answers 503 with an empty body."),
)
UPLOAD_BREAKS: Final = Fault(
    key="upload_breaks",
    group=_ORDERS,
    label=_("Upload breaks off"),
    about=_("Giving a picture to the printer answers 503 with an empty body."),
)
NOT_READY: Final = Fault(
    key="not_ready",
    group=_ORDERS,
    label=_("Order not ready"),
    about=_("Sending to production answers 400, code 8502, beyond the one time it always does."),
)
DELIVERY_STALLS: Final = Fault(
    key="delivery_stalls",
    group=_ORDERS,
    label=_("Delivery stalls"),
    about=_("A shipped order never arrives, until it is advanced by hand."),
)
ORDER_HAS_ISSUES: Final = Fault(
    key="order_has_issues",
    group=_ORDERS,
    label=_("Production has issues"),
    about=_("An order in production gets the status has-issues and stays there."),
)
UNKNOWN_STATUS: Final = Fault(
    key="unknown_status",
    group=_ORDERS,
    label=_("Unknown status"),
    about=_("An order passes through a status that nobody has documented."),
)
SYNC_FAILS: Final = Fault(
    key="sync_fails",
    group=_ORDERS,
    label=_("Product sync fails"),
    about=_("Reading the catalogue answers 429 in plain text."),
)
MAIL_REFUSED: Final = Fault(
    key="mail_refused",
    group=_MAIL,
    label=_("Mail refused"),
    about=_("Handing over a mail answers 500."),
)
MAIL_BOUNCES: Final = Fault(
    key="mail_bounces",
    group=_MAIL,
    label=_("Mail bounces"),
    about=_("The mail is taken, and a webhook says that the address doesn't exist."),
)
MAIL_COMPLAINED: Final = Fault(
    key="mail_complained",
    group=_MAIL,
    label=_("Marked as spam"),
    about=_("The mail arrives, and its reader marks it as spam."),
)
WEBHOOK_LOST: Final = Fault(
    key="webhook_lost",
    group=_WEBHOOKS,
    label=_("Lost"),
    about=_("A webhook is never sent; what it says can be asked for."),
)
WEBHOOK_DELAYED: Final = Fault(
    key="webhook_delayed",
    group=_WEBHOOKS,
    label=_("Delayed"),
    about=_("A webhook comes 30 seconds late."),
)
WEBHOOK_DUPLICATED: Final = Fault(
    key="webhook_duplicated",
    group=_WEBHOOKS,
    label=_("Sent twice"),
    about=_("A webhook comes twice, with the same id."),
)
WEBHOOK_REORDERED: Final = Fault(
    key="webhook_reordered",
    group=_WEBHOOKS,
    label=_("In reverse order"),
    about=_("So many webhooks come last first."),
)

FAULTS: Final = {
    fault.key: fault
    for fault in (
        PAYMENT_DECLINED,
        CHECKOUT_DOWN,
        REFUND_REFUSED,
        REFUND_FAILS,
        SUBMISSION_REFUSED,
        SUBMISSION_BREAKS,
        UPLOAD_BREAKS,
        NOT_READY,
        SYNC_FAILS,
        ORDER_HAS_ISSUES,
        UNKNOWN_STATUS,
        DELIVERY_STALLS,
        MAIL_REFUSED,
        MAIL_BOUNCES,
        MAIL_COMPLAINED,
        WEBHOOK_LOST,
        WEBHOOK_DELAYED,
        WEBHOOK_DUPLICATED,
        WEBHOOK_REORDERED,
    )
}


def strikes(fault: Fault) -> bool:
    """Whether the fault happens to this request; if so, one of the requests to come is spared."""
    return bool(Knob.objects.filter(name=fault.key, value__gt=0).update(value=F("value") - 1))


def pending(fault: Fault) -> int:
    """How many of the next requests meet with it."""
    return Knob.objects.filter(name=fault.key).values_list("value", flat=True).first() or 0


def all_pending() -> dict[str, int]:
    """How many of the next requests meet with each fault, by key; those of none are left out."""
    return dict(Knob.objects.filter(name__in=FAULTS, value__gt=0).values_list("name", "value"))


def prepare(fault: Fault, *, times: int) -> None:
    """Has so many of the next requests meet with it; none for 0."""
    Knob.objects.update_or_create(name=fault.key, defaults={"value": min(times, MOST)})
