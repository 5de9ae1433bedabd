"""Submitting a paid order to the print provider: drafted under our id, released, recorded. One step a call.

An attempt may take several steps, because a draft can't be released the moment it was made. What was done before a
crash is found again under our id, so that an order is drafted once however often it is tried. What died half-way is
due one day, and is tried again or, after the last attempt, told to a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from apps.common.enqueue import send
from apps.common.providers import ProviderError
from apps.orders import operations
from apps.orders.models import Order, StaffAct
from apps.orders.operations.payments import SUBMIT
from apps.orders.print_lines import print_lines
from apps.orders.providers.drafts import Draft
from apps.orders.providers.printify import Printify
from apps.orders.providers.reports import CANCELLED
from apps.orders.states import Status

BACKOFF_S: Final = 30.0
MOST_RETRY_AFTER_S: Final = 900.0
# A draft is too young to be released for some seconds.
RELEASE_PAUSE_S: Final = 5.0
MOST_RELEASES: Final = 24
# The draft's words at the provider for not having been released yet.
UNRELEASED: Final = frozenset({"", "pending", "on-hold", "cost-calculation", "payment-not-received"})
OVERDUE_AFTER: Final = timedelta(minutes=2)
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
        # Whoever cancels takes the order away first and then looks for its draft: so it is never released unseen.
        if not operations.hold_submission(order_id, attempt=step.attempt):
            _withdraw(order, draft_id, provider, now)
            return None
        if not _release(draft_id, provider):
            return _once_it_is_older(step, draft_id)
    except ProviderError as error:
        return _failed(order, step, error)
    operations.record_submission(order_id, printify_id=draft_id, at=now)
    return None


def offer_waiting(*, now: datetime) -> int:
    """Sends what was never picked up, or stopped half-way, on its way again; returns how many orders.

    An order whose last attempt stopped half-way is told to a person instead.
    """
    return sum(_offer(order) for order in Order.objects.to_submit(due_before=now - OVERDUE_AFTER)[:BATCH])


def _offer(order: Order) -> bool:
    attempt = order.submission_attempts + 1
    if attempt > order.submission_attempts_granted:
        operations.record_submission_failure(
            order.pk, reason=_("it stopped half-way"), attempt=order.submission_attempts, retry_in=None
        )
        return False
    operations.offer_submission(order.pk, attempt=attempt)
    return send(SUBMIT, str(order.pk), attempt)


def _taken(order_id: UUID, step: Step) -> Order | None:
    if step.draft_id:
        return operations.hold_submission(order_id, attempt=step.attempt)
    return operations.claim_submission(order_id, attempt=step.attempt)


def _withdraw(order: Order, draft_id: str, provider: Printify, now: datetime) -> None:
    """What nobody wants any more isn't left lying at the provider; a newer attempt's draft is."""
    unwanted = Order.objects.filter(pk=order.pk, status=Status.CANCELLED).exists() or (
        order.staff_requests.open().filter(act=StaffAct.CANCEL).exists()
    )
    if not unwanted:
        return
    try:
        provider.cancel(draft_id)
    except ProviderError as error:
        operations.note_provider_issue(order.pk, status=f"{draft_id} not cancelled: {error.message}", at=now)


def _failed(order: Order, step: Step, error: ProviderError) -> Step | None:
    """The attempt is logged as failed; the next one, where there is one."""
    after = _after(order, step, error)
    operations.record_submission_failure(
        order.pk,
        reason=error.message,
        code=error.code,
        attempt=step.attempt,
        retry_in=timedelta(seconds=after.wait_s) if after else None,
    )
    return after


def _draft(order: Order, provider: Printify) -> str:
    """The provider's id of the order; made unless an earlier attempt has."""
    if order.submission_attempts > 1:
        made = provider.find_order(external_id=str(order.pk), label=order.number)
        if made:
            return made.provider_order_id
    lines = print_lines(order, provider)
    return provider.create_order(
        Draft(external_id=str(order.pk), label=order.number, line_items=lines, address_to=_address(order))
    )


def _release(draft_id: str, provider: Printify) -> bool:
    """False where the draft is too young. What was released before, and told so to nobody, is as good."""
    try:
        return provider.send_to_production(draft_id)
    except ProviderError as error:
        if not error.permanent or provider.order(draft_id).status in UNRELEASED | CANCELLED:
            raise
        return True


def _once_it_is_older(step: Step, draft_id: str) -> Step:
    if step.releases >= MOST_RELEASES:
        raise ProviderError(_("The provider doesn't get the order ready for production."), code="not_ready")
    return Step(attempt=step.attempt, draft_id=draft_id, releases=step.releases + 1, wait_s=RELEASE_PAUSE_S)


def _after(order: Order, step: Step, error: ProviderError) -> Step | None:
    """The next attempt, later each time and not before the provider wants it; None where a person has to look."""
    is_last = step.attempt >= order.submission_attempts_granted
    if error.permanent or is_last or (error.retry_after_s or 0) > MOST_RETRY_AFTER_S:
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
