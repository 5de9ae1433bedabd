"""What staff ask for by hand, noted before anybody else is asked, so that of two who ask the same one is told so.

Who asks holds the order's row while it is noted (:func:`locked`), and no longer.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.sql import ClockTimestamp
from apps.orders.models import Order, StaffAct, StaffRequest
from apps.orders.models.staff_requests import MAX_REASON, StaffOutcome

# Two clicks on one button, or two people at one order, are nearer to each other than this.
ONE_ACT: Final = timedelta(minutes=1)


class Refused(Exception):
    """What was asked for isn't done; the text says why, to the person who asked."""


def locked(order_id: UUID) -> Order:
    """The order, while nobody else asks anything of it; until the transaction ends. Raises Order.DoesNotExist."""
    return Order.objects.select_for_update(no_key=True).get(pk=order_id)


def ask(
    order: Order, act: StaffAct, *, by: User, now: datetime, given_up_after: timedelta, reason: str = "", **facts: Any
) -> StaffRequest:
    """Notes the asking. Raises Refused where the same was asked for and isn't answered, or was done a moment ago.

    What stays unanswered for longer than ``given_up_after`` died with its process.
    """
    last = order.staff_requests.filter(act=act).select_related("asked_by").order_by("-asked_at").first()
    if last and last.ended_at is None and last.asked_at < now - given_up_after:
        end(last, StaffOutcome.REFUSED)
    elif last:
        _refuse_again(last, now)
    return StaffRequest.objects.create(
        order=order, act=act, asked_by=by, asked_at=now, reason=reason.strip()[:MAX_REASON], **facts
    )


def _refuse_again(last: StaffRequest, now: datetime) -> None:
    if last.ended_at is None:
        raise Refused(_("%(person)s has asked for this already. It is being done.") % {"person": last.asked_by})
    if last.outcome == StaffOutcome.DONE and last.asked_at > now - ONE_ACT:
        raise Refused(_("%(person)s has done this a moment ago.") % {"person": last.asked_by})


def end(request: StaffRequest, outcome: StaffOutcome) -> bool:
    """Notes what came of it; false where that was noted before."""
    waiting = StaffRequest.objects.open().filter(pk=request.pk)
    return waiting.update(ended_at=ClockTimestamp(), outcome=outcome) == 1


def answer(order_id: UUID, act: StaffAct) -> dict[str, Any]:
    """What was asked for has happened: the signature of who asked, empty where nobody had to."""
    request = StaffRequest.objects.open().select_related("asked_by").filter(order_id=order_id, act=act).first()
    return request.signature() if request and end(request, StaffOutcome.DONE) else {}
