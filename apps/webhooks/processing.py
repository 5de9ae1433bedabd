"""Makes of a stored message what it means: one transaction for the effect and for the mark that it is done.

A message is claimed by locking its row, so that of many who try one works and the others go away; a worker that dies
leaves it as it was. What fails is tried again, longer and longer apart; what can't be understood waits for a person.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.common.enqueue import send
from apps.common.metrics import WEBHOOKS_PROCESSED
from apps.common.sql import ClockTimestamp
from apps.webhooks import registry
from apps.webhooks.inbox import PROCESS
from apps.webhooks.models import MAX_ERROR, DeliveryStatus, WebhookDelivery
from apps.webhooks.registry import NotUnderstood

log = structlog.get_logger(__name__)

# Seconds until the next attempt after the first, second … one that failed; then a person is told.
BACKOFF_S = (10, 60, 300, 1_800)
SWEEP_BATCH = 500
# What reading a payload that nobody foresaw raises. Trying again wouldn't change the payload.
SURPRISES = (NotUnderstood, LookupError, TypeError, ValueError, AttributeError)


def process(delivery_id: UUID, *, again: bool = False) -> DeliveryStatus | None:
    """Processes a message that waits, or any with ``again``; what became of it, or None where there is nothing to do.

    Never raises for what is in the message.
    """
    attempts = WebhookDelivery.objects.filter(pk=delivery_id).values_list("attempts", flat=True).first() or 0
    try:
        return _process(delivery_id, again=again)
    except Exception as error:  # the boundary of an attempt: whatever broke, the message stays
        log.exception("webhook attempt failed", delivery=str(delivery_id))
        return _note_failure(delivery_id, error, attempts)


@transaction.atomic
def _process(delivery_id: UUID, *, again: bool) -> DeliveryStatus | None:
    delivery = _claim(delivery_id, again=again)
    if delivery is None:
        return None
    status = _handle(delivery)
    WebhookDelivery.objects.filter(pk=delivery_id).update(
        status=status, attempts=F("attempts") + 1, error="", processed_at=ClockTimestamp()
    )
    if delivery.status == DeliveryStatus.FAILED:
        registry.tell_recovery(delivery)
    WEBHOOKS_PROCESSED.labels(delivery.provider, status.value).inc()
    return status


def _claim(delivery_id: UUID, *, again: bool) -> WebhookDelivery | None:
    """The message, locked until the transaction ends; None where it is done, or someone else is at it."""
    rows = WebhookDelivery.objects.with_body().select_for_update(skip_locked=True).filter(pk=delivery_id)
    return (rows if again else rows.filter(status=DeliveryStatus.RECEIVED)).first()


def _handle(delivery: WebhookDelivery) -> DeliveryStatus:
    if not delivery.event_type:
        raise NotUnderstood("the message doesn't say what it is")
    # Each of them sees the message, also after another has taken it for its own.
    taken = [handler(delivery) for handler in registry.handlers_of(delivery.provider, delivery.event_type)]
    return DeliveryStatus.PROCESSED if any(taken) else DeliveryStatus.IGNORED


@transaction.atomic
def _note_failure(delivery_id: UUID, error: Exception, attempts: int) -> DeliveryStatus:
    """After the rollback of all that the attempt did: notes why, and when to try again, or tells a person.

    Notes nothing where someone else has had an attempt since, which says more.
    """
    delivery = WebhookDelivery.objects.select_for_update().get(pk=delivery_id)
    if delivery.attempts != attempts:
        return DeliveryStatus(delivery.status)
    delivery.attempts += 1
    delivery.error = f"{type(error).__name__}: {error}".replace("\0", "")[:MAX_ERROR]
    waits_for_a_person = delivery.status == DeliveryStatus.FAILED
    if waits_for_a_person or isinstance(error, SURPRISES) or delivery.attempts > len(BACKOFF_S):
        delivery.status = DeliveryStatus.FAILED
        registry.tell_failure(delivery)
    else:
        _try_again(delivery)
    delivery.save(update_fields=["attempts", "error", "status"])
    WEBHOOKS_PROCESSED.labels(delivery.provider, delivery.status).inc()
    return DeliveryStatus(delivery.status)


def _try_again(delivery: WebhookDelivery) -> None:
    """The sweep does it, when it is due."""
    delivery.status = DeliveryStatus.RECEIVED
    wait = timedelta(seconds=BACKOFF_S[delivery.attempts - 1])
    WebhookDelivery.objects.filter(pk=delivery.pk).update(due_at=Now() + wait)


def sweep() -> int:
    """Offers the workers again what is due and wasn't processed; how many. Safe beside workers and other sweeps."""
    offered = 0
    due = WebhookDelivery.objects.overdue().values_list("pk", flat=True)
    for delivery_id in due[:SWEEP_BATCH]:
        if not send(PROCESS, str(delivery_id)):
            break
        WebhookDelivery.objects.filter(pk=delivery_id).update(due_at=Now() + timedelta(minutes=1))
        offered += 1
    return offered
