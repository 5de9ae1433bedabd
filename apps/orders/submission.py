"""Submitting a paid order to the print provider: drafted under our id, released, recorded. One step a call.

An attempt may take several steps, because a draft can't be released the moment it was made. What was done before a
crash is found again under our id, so that an order is drafted once however often it is tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from apps.common.enqueue import send
from apps.common.providers import ProviderError
from apps.orders import operations
from apps.orders.models import Order
from apps.orders.operations.fulfilment import SUBMISSION_ATTEMPTS
from apps.orders.operations.payments import SUBMIT
from apps.orders.providers.printify import Draft, LineItem, Printify
from apps.orders.states import Status

BACKOFF_S: Final = 30.0
MOST_RETRY_AFTER_S: Final = 900.0
# A draft is too young to be released for some seconds.
RELEASE_PAUSE_S: Final = 5.0
MOST_RELEASES: Final = 24
# The draft's words at the provider for not having been released yet.
UNRELEASED: Final = frozenset({"", "pending", "on-hold", "cost-calculation", "payment-not-received"})
UNHEARD_OF: Final = timedelta(minutes=2)
BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What comes next, and in how many seconds. ``draft_id`` is the provider's id of the order where it has one."""

    attempt: int = 1
    draft_id: str = ""
    releases: int = 0
    wait_s: float = 0


def submit(order_id: UUID, step: Step, provider: Printify, *, now: datetime) -> Step | None:
    """Takes the step. Returns the next one, or None where there is none: done, given up, or another's to do.

    A step that fails is logged, and is tried again unless the provider says that this is no use.
    """
    order = _taken(order_id, step)
    if order is None:
        return None
    try:
        draft_id = step.draft_id or _draft(order, provider)
        if not _release(draft_id, provider):
            return _once_it_is_older(step, draft_id)
    except ProviderError as error:
        operations.record_submission_failure(order_id, reason=error.message, code=error.code, attempt=step.attempt)
        return _after(step, error)
    operations.record_submission(order_id, printify_id=draft_id, at=now)
    return None


def offer_waiting(*, now: datetime) -> int:
    """Sends what was never picked up, or stopped half-way, on its way again; returns how many orders."""
    return sum(send(SUBMIT, str(order.pk), order.submission_attempts + 1) for order in forgotten(now))


def forgotten(now: datetime) -> Iterator[Order]:
    """Orders of which no attempt has been heard for longer than any step and its pause take."""
    for order in Order.objects.awaiting_submission().filter(paid_at__lt=now - UNHEARD_OF)[:BATCH]:
        last = order.submission_started_at
        longest = timedelta(seconds=MOST_RETRY_AFTER_S) + UNHEARD_OF
        if order.submission_attempts < SUBMISSION_ATTEMPTS and (last is None or last < now - longest):
            yield order


def _taken(order_id: UUID, step: Step) -> Order | None:
    if not step.draft_id:
        return operations.claim_submission(order_id, attempt=step.attempt)
    return Order.objects.filter(pk=order_id, status=Status.PAID, submission_attempts=step.attempt).first()


def _draft(order: Order, provider: Printify) -> str:
    """The provider's id of the order; made unless an earlier attempt has."""
    if order.submission_attempts > 1:
        made = provider.find_order(external_id=str(order.pk), label=order.number)
        if made:
            return made.provider_order_id
    lines = [
        LineItem(line.printify_product_id, line.printify_variant_id, line.quantity)
        for line in order.lines.order_by("position")
    ]
    return provider.create_order(
        Draft(external_id=str(order.pk), label=order.number, line_items=lines, address_to=_address(order))
    )


def _release(draft_id: str, provider: Printify) -> bool:
    """False where the draft is too young. What was released before, and told so to nobody, is as good."""
    try:
        return provider.send_to_production(draft_id)
    except ProviderError as error:
        if not error.permanent or provider.order(draft_id).status in UNRELEASED:
            raise
        return True


def _once_it_is_older(step: Step, draft_id: str) -> Step:
    if step.releases >= MOST_RELEASES:
        raise ProviderError(_("The provider doesn't get the order ready for production."), code="not_ready")
    return Step(attempt=step.attempt, draft_id=draft_id, releases=step.releases + 1, wait_s=RELEASE_PAUSE_S)


def _after(step: Step, error: ProviderError) -> Step | None:
    """The next attempt, later each time and not before the provider wants it; None where a person has to look."""
    if error.permanent or step.attempt >= SUBMISSION_ATTEMPTS or (error.retry_after_s or 0) > MOST_RETRY_AFTER_S:
        return None
    wait_s = max(error.retry_after_s or 0, BACKOFF_S * 2.0 ** (step.attempt - 1))
    return Step(attempt=step.attempt + 1, wait_s=wait_s)


def _address(order: Order) -> dict[str, str]:
    """Where it goes, in the provider's words; it wants a first and a last name."""
    to = order.shipping_address
    first, _space, last = str(to.get("name") or "").strip().rpartition(" ")
    address = {
        "first_name": first or last,
        "last_name": last if first else "",
        "email": order.email,
        "phone": to.get("phone"),
        "country": to.get("country"),
        "region": to.get("region"),
        "address1": to.get("line1"),
        "address2": to.get("line2"),
        "city": to.get("city"),
        "zip": to.get("postal_code"),
    }
    return {name: str(value or "") for name, value in address.items()}
