"""The sentences of the activity log: each made of an event's facts, whatever is missing or odd among them."""

from collections.abc import Callable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.orders.payloads import Payload

Sentence = Callable[[Payload], str]


def says(template: Promise, **readers: Callable[[Payload], str]) -> Sentence:
    """The template with each of its names read from the payload."""
    return lambda payload: str(template) % {name: reader(payload) for name, reader in readers.items()}


def text(name: str) -> Callable[[Payload], str]:
    """A fact as it is."""
    return lambda payload: payload.text(name)


def says_why(template: Promise) -> Sentence:
    """The template, and the reason where there is one."""
    return lambda payload: payload.with_reason(str(template))


def signed(sentence: Sentence) -> Sentence:
    """The sentence, and who wanted it so where that was a person."""
    return lambda payload: payload.signed(sentence(payload))


def submitted(payload: Payload) -> str:
    said = _("Submitted to %(provider)s") % {"provider": payload.provider()}
    return f"{said} ({payload.text('provider_order_id')})" if payload.has("provider_order_id") else said


def shipped(payload: Payload) -> str:
    said = (
        _("Shipped via %(carrier)s") % {"carrier": payload.text("carrier")} if payload.has("carrier") else _("Shipped")
    )
    if not payload.has("tracking_number"):
        return said
    return _("%(shipped)s — tracking: %(number)s") % {"shipped": said, "number": payload.text("tracking_number")}


def sync_completed(payload: Payload) -> str:
    products, updated = payload.number("products"), payload.number("updated")
    counted = ngettext("%(count)d product", "%(count)d products", products) % {"count": products}
    return _("Product sync complete — %(products)s, %(updated)d updated") % {"products": counted, "updated": updated}


def bounced(payload: Payload) -> str:
    said = _BOUNCES.get(payload.text("kind"), _BOUNCES["bounced"]) % {"recipient": payload.text("recipient")}
    return f"{said} ({payload.text('mail')})" if payload.has("mail") else said


_BOUNCES: Final = {
    "bounced": gettext_lazy("Email bounced: %(recipient)s"),
    "rejected": gettext_lazy("Email refused: %(recipient)s"),
    "failed": gettext_lazy("Email failed: %(recipient)s"),
    "complained": gettext_lazy("Email marked as spam: %(recipient)s"),
}


def delivered_mail(payload: Payload) -> str:
    said = _("Email delivered to %(recipient)s") % {"recipient": payload.text("recipient")}
    return f"{said} ({payload.text('mail')})" if payload.has("mail") else said


def dispute_opened(payload: Payload) -> str:
    said = payload.with_reason(_("Dispute opened over %(amount)s") % {"amount": payload.money()})
    if not payload.has("due_at"):
        return said
    return _("%(dispute)s — answer by %(day)s") % {"dispute": said, "day": payload.day("due_at")}


def overdue(payload: Payload) -> str:
    template = _OVERDUE.get(payload.text("awaiting"), gettext_lazy("Nothing has happened for %(span)s"))
    return str(template) % {"span": payload.span("waited_s")}


_OVERDUE: Final = {
    "submitted": gettext_lazy("Overdue: paid %(span)s ago and not submitted"),
    "shipped": gettext_lazy("Overdue: in production for %(span)s"),
    "delivered": gettext_lazy("Overdue: shipped %(span)s ago and not delivered"),
}
