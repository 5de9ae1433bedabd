"""Submission to the print provider, as it is kept: who has taken which attempt, and when it should have been heard of.

``submission_due_at`` is a lease. Whoever takes an attempt, or a step of it, pushes it ahead by the longest that it can
take; when it is past, the attempt died. Null means that nothing happens by itself: a person has to act, or it is done.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from apps.common.enqueue import enqueue_after_commit
from apps.orders.log import log_event
from apps.orders.models import Order
from apps.orders.models.orders import OrderQuerySet
from apps.orders.operations.facts import note, source_key
from apps.orders.operations.fulfilment import PRINTIFY
from apps.orders.operations.payments import SUBMIT
from apps.orders.operations.reconciling import reconcile_after
from apps.orders.states import SUBMISSION, Status

MAX_ERROR_CHARACTERS: Final = 500
# No task is let run for longer.
LONGEST_STEP: Final = timedelta(minutes=10)
LEAST_PAUSE: Final = timedelta(minutes=2)


def claim_submission(order_id: UUID, *, attempt: int) -> Order | None:
    """The order, if this caller is the first to take this attempt at submitting it; a retry is logged as one.

    Null where the order isn't waiting for it, or another process has taken the attempt.
    """
    with transaction.atomic():
        if not _leased(order_id, attempt - 1).update(
            submission_attempts=attempt, submission_due_at=Now() + LONGEST_STEP
        ):
            return None
        order = Order.objects.get(pk=order_id)
        if attempt > 1:
            _log_retry(order, attempt, {})
    return order


def hold_submission(order_id: UUID, *, attempt: int) -> Order | None:
    """The order for one more step of the attempt; null where it was taken away meanwhile: cancelled, or given up."""
    held = _leased(order_id, attempt).update(submission_due_at=Now() + LONGEST_STEP)
    return Order.objects.get(pk=order_id) if held else None


def offer_submission(order_id: UUID, *, attempt: int) -> None:
    """The attempt is about to be given to the workers again; it is offered no more before a pause."""
    _leased(order_id, attempt - 1).update(submission_due_at=Now() + LEAST_PAUSE)


def grant_submission(order_id: UUID, *, signature: dict[str, Any]) -> int | None:
    """One more attempt at what nothing happens to by itself; its number. Logged with who granted it.

    Null where the order isn't waiting for a person, or is another shop's: then nothing changes. The caller holds the
    order's row.
    """
    waiting = _waiting(order_id).filter(submission_due_at=None, imported_from=None)
    attempt = F("submission_attempts") + 1
    if not waiting.update(
        submission_due_at=Now(), submission_attempts_granted=Greatest(F("submission_attempts_granted"), attempt)
    ):
        return None
    order = Order.objects.get(pk=order_id)
    number = order.submission_attempts + 1
    _log_retry(order, number, signature)
    enqueue_after_commit(SUBMIT, str(order_id), number)
    return number


def suspend_submission(order_id: UUID) -> bool:
    """Nothing happens to it by itself any more; whether something would have."""
    return _waiting(order_id).filter(submission_due_at__isnull=False).update(submission_due_at=None) == 1


def resume_submission(order_id: UUID) -> None:
    """What was suspended goes on: the sweep finds it."""
    _waiting(order_id).filter(submission_due_at=None).update(submission_due_at=Now())


def record_submission(order_id: UUID, *, printify_id: str, at: datetime) -> bool:
    """The provider has accepted the order under its own id."""
    noted = note(
        order_id,
        SUBMISSION,
        at=at,
        event_type="order.submitted",
        payload={"provider": PRINTIFY, "provider_order_id": printify_id},
        printify_id=printify_id,
        fulfilment_error="",
        submission_due_at=None,
        reconcile_due_at=Now() + reconcile_after(),
    )
    return noted is not None


@transaction.atomic
def record_submission_failure(
    order_id: UUID, *, reason: str, code: str = "", attempt: int, retry_in: timedelta | None
) -> None:
    """An attempt failed; another follows after ``retry_in``, or where that is null, when a person says so.

    Call it after the rollback of whatever failed. Logged once an attempt, and not where the order was taken away from
    it meanwhile: cancelled, say, which made it fail.
    """
    due = None if retry_in is None else Now() + retry_in
    if _leased(order_id, attempt).update(submission_due_at=due):
        _tell_failure(order_id, reason, code, attempt)


@transaction.atomic
def record_no_provider(order_id: UUID, *, reason: str) -> None:
    """There is nobody to submit to; when there is, the first attempt is made. Logged once, where it waits for that."""
    if _waiting(order_id).filter(submission_due_at__isnull=False).exists():
        _tell_failure(order_id, reason, "", 0)


def _waiting(order_id: UUID) -> OrderQuerySet:
    return Order.objects.filter(pk=order_id, status=Status.PAID)


def _leased(order_id: UUID, attempts: int) -> OrderQuerySet:
    return _waiting(order_id).filter(submission_attempts=attempts, submission_due_at__isnull=False)


def _log_retry(order: Order, attempt: int, signature: dict[str, Any]) -> None:
    log_event(
        "order.submission_retried",
        order=order,
        payload={"attempt": attempt, "attempts": order.submission_attempts_granted, "provider": PRINTIFY} | signature,
        source_key=source_key(order.pk, "order.submission_retried", attempt),
    )


def _tell_failure(order_id: UUID, reason: str, code: str, attempt: int) -> None:
    Order.objects.filter(pk=order_id, submitted_at=None).update(fulfilment_error=reason[:MAX_ERROR_CHARACTERS])
    order = Order.objects.get(pk=order_id)
    log_event(
        "order.submission_failed",
        order=order,
        payload={
            "provider": PRINTIFY,
            "reason": reason,
            "code": code,
            "attempt": attempt,
            "attempts": order.submission_attempts_granted,
        },
        source_key=source_key(order_id, "order.submission_failed", attempt),
    )
