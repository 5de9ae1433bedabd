"""The taxonomy: everything that the activity log can say, one record an event type.

A record has the event's key, its level, its label, and the sentence made from the facts in the payload. ``about`` names
the facts that tell one problem from another beside its order: repeats of one problem are one line for whoever looks
after them. ``mends`` names the problems that the event ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.personal_data import anonymous
from apps.orders import sentences
from apps.orders.models.activity_log import MAX_FINGERPRINT, Level
from apps.orders.payloads import Payload
from apps.orders.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """Ends the open problems of one type; ``told`` gives facts of the problem that the mending payload doesn't have.

    It ends those that occurred before it; with ``whenever`` also later ones, because what was missed had happened
    already when it was missed.
    """

    event_type: str
    told: Mapping[str, str] = field(default_factory=dict)
    whenever: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One kind of event."""

    key: str
    level: Level
    label: Promise
    sentence: Sentence
    about: tuple[str, ...] = ()
    mends: tuple[Mend, ...] = ()

    def say(self, payload: Mapping[str, Any]) -> str:
        """The line in the active language."""
        return self.sentence(Payload(payload))

    def fingerprint(self, order_id: UUID | None, payload: Mapping[str, Any]) -> str:
        """What repeats of one problem share: the type, the order, and the facts that tell problems apart.

        An address is there as a digest: fingerprints are never changed, and a person can be erased.
        """
        return fingerprint(self.key, order_id, *(_fact(name, str(payload.get(name, ""))) for name in self.about))


def fingerprint(key: str, order_id: UUID | None, *facts: str) -> str:
    """The parts as one text that fits the column."""
    return ":".join([key, str(order_id or ""), *facts])[:MAX_FINGERPRINT].replace("\0", "")


def _fact(name: str, value: str) -> str:
    return anonymous(value) if name == "recipient" else value


def _overdue_for(*steps: str) -> tuple[Mend, ...]:
    return tuple(Mend(event_type="order.overdue", told={"awaiting": step}, whenever=True) for step in steps)


_info = partial(EventType, level=Level.INFO)
_warning = partial(EventType, level=Level.WARNING)
_error = partial(EventType, level=Level.ERROR)

_FAILED_SUBMISSION = Mend(event_type="order.submission_failed")
_PROVIDER_ISSUE = Mend(event_type="order.provider_issue")

_ALL: Final = (
    # amount_minor, currency, provider
    _info(
        key="order.created",
        label=gettext_lazy("Order placed"),
        sentence=sentences.says(
            gettext_lazy("Order placed — %(amount)s via %(provider)s"), amount=Payload.money, provider=Payload.provider
        ),
        mends=(Mend(event_type="order.payment_failed"),),
    ),
    # recipient, message_id; by, by_id where staff had it sent again
    _info(
        key="order.email.confirmation_sent",
        label=gettext_lazy("Confirmation sent"),
        sentence=sentences.signed(
            sentences.says(
                gettext_lazy("Order confirmation sent to %(recipient)s"), recipient=sentences.text("recipient")
            )
        ),
    ),
    # provider, provider_order_id
    _info(
        key="order.submitted",
        label=gettext_lazy("Submitted"),
        sentence=sentences.submitted,
        mends=(_FAILED_SUBMISSION, *_overdue_for("submitted")),
    ),
    # provider, reason, code, attempt, attempts
    _error(
        key="order.submission_failed",
        label=gettext_lazy("Submission failed"),
        sentence=lambda payload: payload.with_reason(
            _("Submission to %(provider)s failed") % {"provider": payload.provider()}
        ),
    ),
    # attempt, attempts; by, by_id where staff wanted it
    _info(
        key="order.submission_retried",
        label=gettext_lazy("Submission retried"),
        sentence=sentences.signed(
            sentences.says(
                gettext_lazy("Submission retried — attempt %(attempt)s of %(attempts)s"),
                attempt=sentences.text("attempt"),
                attempts=sentences.text("attempts"),
            )
        ),
    ),
    # provider
    _info(
        key="order.production",
        label=gettext_lazy("In production"),
        sentence=sentences.says(gettext_lazy("In production at %(provider)s"), provider=Payload.provider),
        mends=(_FAILED_SUBMISSION, _PROVIDER_ISSUE, *_overdue_for("submitted")),
    ),
    # carrier, tracking_number, tracking_url
    _info(
        key="order.shipped",
        label=gettext_lazy("Shipped"),
        sentence=sentences.shipped,
        mends=(_FAILED_SUBMISSION, _PROVIDER_ISSUE, *_overdue_for("submitted", "shipped")),
    ),
    # recipient, message_id; by, by_id where staff had it sent again
    _info(
        key="order.email.shipping_sent",
        label=gettext_lazy("Shipping notice sent"),
        sentence=sentences.signed(
            sentences.says(
                gettext_lazy("Shipping notification sent to %(recipient)s"), recipient=sentences.text("recipient")
            )
        ),
    ),
    _info(
        key="order.delivered",
        label=gettext_lazy("Delivered"),
        sentence=sentences.says(gettext_lazy("Delivered")),
        mends=(_FAILED_SUBMISSION, _PROVIDER_ISSUE, *_overdue_for("submitted", "shipped", "delivered")),
    ),
    # reason; by, by_id where staff cancelled it
    _warning(
        key="order.cancelled",
        label=gettext_lazy("Cancelled"),
        sentence=sentences.signed(sentences.says_why(gettext_lazy("Order cancelled"))),
        mends=(_FAILED_SUBMISSION, _PROVIDER_ISSUE, *_overdue_for("submitted", "shipped", "delivered")),
    ),
    # amount_minor, currency, reason, refund_id, by, by_id
    _info(
        key="order.refund_requested",
        label=gettext_lazy("Refund asked for"),
        sentence=sentences.signed(
            lambda payload: payload.with_reason(_("Refund of %(amount)s asked for") % {"amount": payload.money()})
        ),
    ),
    # amount_minor (the step), total_minor (all so far), currency
    _info(
        key="order.refunded",
        label=gettext_lazy("Refunded"),
        sentence=sentences.says(gettext_lazy("Refunded %(amount)s"), amount=Payload.money),
        mends=(Mend(event_type="order.refund_failed"),),
    ),
    # provider
    _info(
        key="sync.started",
        label=gettext_lazy("Product sync started"),
        sentence=sentences.says(gettext_lazy("Product sync started (%(provider)s)"), provider=Payload.provider),
    ),
    # provider, products, updated
    _info(
        key="sync.completed",
        label=gettext_lazy("Product sync complete"),
        sentence=sentences.sync_completed,
        about=("provider",),
        mends=(Mend(event_type="sync.failed"),),
    ),
    # provider, reason
    _error(
        key="sync.failed",
        label=gettext_lazy("Product sync failed"),
        sentence=sentences.says_why(gettext_lazy("Product sync failed")),
        about=("provider",),
    ),
    # recipient, amount_minor, currency, cart_id
    _info(
        key="abandoned_cart.created",
        label=gettext_lazy("Cart abandoned"),
        sentence=sentences.says(
            gettext_lazy("Abandoned cart — %(recipient)s, %(amount)s"),
            recipient=sentences.text("recipient"),
            amount=Payload.money,
        ),
    ),
    # recipient, cart_id, message_id
    _info(
        key="abandoned_cart.email_sent",
        label=gettext_lazy("Recovery email sent"),
        sentence=sentences.says(
            gettext_lazy("Recovery email sent to %(recipient)s"), recipient=sentences.text("recipient")
        ),
    ),
    # order_number, cart_id
    _info(
        key="abandoned_cart.recovered",
        label=gettext_lazy("Cart recovered"),
        sentence=sentences.says(
            gettext_lazy("Cart recovered — order %(number)s placed"), number=sentences.text("order_number")
        ),
    ),
    # recipient, kind (bounced, rejected, failed, complained), mail (which one, in words), reason, message_id
    _warning(
        key="email.bounced",
        label=gettext_lazy("Email bounced"),
        sentence=sentences.bounced,
        about=("recipient",),
    ),
    # recipient, mail, message_id
    _info(
        key="email.delivered",
        label=gettext_lazy("Email delivered"),
        sentence=sentences.delivered_mail,
        about=("recipient",),
        mends=(Mend(event_type="email.bounced"),),
    ),
    # reason
    _warning(
        key="order.payment_failed",
        label=gettext_lazy("Payment failed"),
        sentence=sentences.says_why(gettext_lazy("Payment failed")),
    ),
    # amount_minor, currency, reason
    _error(
        key="order.refund_failed",
        label=gettext_lazy("Refund failed"),
        sentence=lambda payload: payload.with_reason(_("Refund of %(amount)s failed") % {"amount": payload.money()}),
    ),
    # amount_minor, currency, reason, due_at (ISO time; absent where it can't be answered), dispute_id
    _error(
        key="order.dispute_opened",
        label=gettext_lazy("Dispute opened"),
        sentence=sentences.dispute_opened,
        about=("dispute_id",),
    ),
    # outcome, dispute_id
    _info(
        key="order.dispute_closed",
        label=gettext_lazy("Dispute closed"),
        sentence=sentences.says(gettext_lazy("Dispute closed: %(outcome)s"), outcome=sentences.text("outcome")),
        about=("dispute_id",),
        mends=(Mend(event_type="order.dispute_opened", whenever=True),),
    ),
    # awaiting (submitted, shipped or delivered), waited_s
    _warning(
        key="order.overdue",
        label=gettext_lazy("Overdue"),
        sentence=sentences.overdue,
        about=("awaiting",),
    ),
    # text, author
    _info(
        key="order.note",
        label=gettext_lazy("Comment"),
        sentence=sentences.text("text"),
    ),
    # provider, status (the provider's own word)
    _info(
        key="order.provider_status",
        label=gettext_lazy("Status at the provider"),
        sentence=sentences.says(
            gettext_lazy("%(provider)s says: %(status)s"), provider=Payload.provider, status=sentences.text("status")
        ),
    ),
    # provider, status
    _warning(
        key="order.provider_issue",
        label=gettext_lazy("Problem at the provider"),
        sentence=sentences.says(
            gettext_lazy("%(provider)s reports a problem: %(status)s"),
            provider=Payload.provider,
            status=sentences.text("status"),
        ),
    ),
    # provider
    _error(
        key="provider.disconnected",
        label=gettext_lazy("Shop disconnected"),
        sentence=sentences.says(gettext_lazy("%(provider)s has disconnected the shop"), provider=Payload.provider),
        about=("provider",),
    ),
    # provider, type, delivery_id, reason
    _error(
        key="webhook.failed",
        label=gettext_lazy("Webhook not understood"),
        sentence=lambda payload: payload.with_reason(
            _("A message from %(provider)s (%(type)s) couldn't be handled")
            % {"provider": payload.provider(), "type": payload.text("type")}
        ),
        about=("delivery_id",),
    ),
    # provider, type, delivery_id
    _info(
        key="webhook.recovered",
        label=gettext_lazy("Webhook handled after all"),
        sentence=sentences.says(
            gettext_lazy("A message from %(provider)s (%(type)s) was handled after all"),
            provider=Payload.provider,
            type=sentences.text("type"),
        ),
        about=("delivery_id",),
        mends=(Mend(event_type="webhook.failed", whenever=True),),
    ),
)

EVENT_TYPES: Final[Mapping[str, EventType]] = MappingProxyType({each.key: each for each in _ALL})


@cache
def menders_of(key: str) -> tuple[EventType, ...]:
    """The event types that end problems of this type."""
    return tuple(each for each in _ALL if any(mend.event_type == key for mend in each.mends))
