"""Webhooks on their way to the product: posted with the sender's own proof, and again where they weren't taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import requests
from django.db import transaction
from django.utils import timezone

from apps.sandbox import faults, signatures
from apps.sandbox.models import Delivery, DeliveryState, PrintifyWebhook

TIMEOUT_S: Final = 10.0
LATE: Final = timedelta(seconds=30)
BETWEEN_CALLS: Final = timedelta(seconds=2)
BETWEEN_REVERSED: Final = timedelta(seconds=1)
BLOCKED_FOR: Final = timedelta(hours=1)
MOST_OF_AN_ANSWER: Final = 2_000
_CONTENT: Final = ("sender", "topic", "subject", "url", "secret", "body", "webhook_id")


@dataclass(frozen=True, slots=True)
class Sender:
    """How a provider's webhooks travel: ``pauses_s`` before each further attempt, in real seconds."""

    headers: Callable[[Delivery, datetime], Mapping[str, str]]
    pauses_s: tuple[float, ...]


def _stripe_headers(delivery: Delivery, now: datetime) -> Mapping[str, str]:
    signature = signatures.stripe_signature(delivery.body, secret=delivery.secret, at=now)
    return {"Stripe-Signature": signature, "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)"}


def _printify_headers(delivery: Delivery, now: datetime) -> Mapping[str, str]:
    return {"X-Pfy-Signature": signatures.printify_signature(delivery.body, secret=delivery.secret)}


def _postmark_headers(delivery: Delivery, now: datetime) -> Mapping[str, str]:
    return {"Authorization": signatures.basic_authorization(delivery.secret), "User-Agent": "Postmark"}


# The providers' own pauses are minutes to hours; nobody waits for that at a desk. Printify tries three times more.
SENDERS: Final = {
    "stripe": Sender(_stripe_headers, (2, 4, 8, 16, 32, 64, 128)),
    "printify": Sender(_printify_headers, (2, 4, 8)),
    "postmark": Sender(_postmark_headers, (2, 4, 8, 16, 32)),
}


def send(
    *, sender: str, topic: str, subject: str, url: str, secret: str, body: str, webhook: PrintifyWebhook | None = None
) -> None:
    """Has the webhook posted as soon as what it is about is committed, unless a fault was prepared for it."""
    is_lost = faults.strikes(faults.WEBHOOK_LOST)
    delivery = Delivery.objects.create(
        sender=sender,
        topic=topic,
        subject=subject,
        url=url,
        secret=secret,
        body=body,
        webhook=webhook,
        state=DeliveryState.LOST if is_lost else DeliveryState.WAITING,
        due_at=timezone.now() + _lateness(),
    )
    if faults.strikes(faults.WEBHOOK_DUPLICATED):
        send_again(delivery.pk)


def send_again(delivery_id: UUID) -> None:
    """Posts the same once more, whatever became of it before: what a provider's dashboard calls resending."""
    sent = Delivery.objects.get(pk=delivery_id)
    Delivery.objects.create(due_at=timezone.now(), **{name: getattr(sent, name) for name in _CONTENT})


def post_one() -> bool:
    """Posts the delivery that waits longest, if one is due; false where none is.

    Its row is locked meanwhile. Killed before the answer was noted, it is posted again with the same id, which is what
    providers do as well.
    """
    now = timezone.now()
    with transaction.atomic():
        delivery = Delivery.objects.due(now).select_for_update(skip_locked=True, of=("self",)).first()
        if delivery is None:
            return False
        _post(delivery, now)
        delivery.save()
    return True


def _post(delivery: Delivery, now: datetime) -> None:
    sender = SENDERS[delivery.sender]
    headers = {"Content-Type": "application/json; charset=utf-8", **sender.headers(delivery, now)}
    delivery.tried_at = now
    try:
        answer = requests.post(
            delivery.url, delivery.body.encode(), headers=headers, timeout=TIMEOUT_S, allow_redirects=False
        )
    except requests.RequestException as error:
        # The development server is being started again: no answer, so no attempt either.
        delivery.answer_status, delivery.answer = None, type(error).__name__
        delivery.due_at = timezone.now() + BETWEEN_CALLS
    else:
        delivery.attempts += 1
        delivery.answer_status, delivery.answer = answer.status_code, answer.text[:MOST_OF_AN_ANSWER].replace("\0", "")
        _judge(delivery, sender)


def _judge(delivery: Delivery, sender: Sender) -> None:
    """Taken, to be tried again, or given up; the print provider then blocks the address for an hour."""
    if 200 <= (delivery.answer_status or 0) < 300:
        delivery.state = DeliveryState.ANSWERED
    elif delivery.attempts <= len(sender.pauses_s):
        delivery.due_at = timezone.now() + timedelta(seconds=sender.pauses_s[delivery.attempts - 1])
    else:
        delivery.state = DeliveryState.GIVEN_UP
        PrintifyWebhook.objects.filter(pk=delivery.webhook_id).update(blocked_until=timezone.now() + BLOCKED_FOR)


def _lateness() -> timedelta:
    if faults.strikes(faults.WEBHOOK_REORDERED):
        return BETWEEN_REVERSED * (faults.pending(faults.WEBHOOK_REORDERED) + 1)
    return LATE if faults.strikes(faults.WEBHOOK_DELAYED) else timedelta()
