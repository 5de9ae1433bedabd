"""Another attempt at a submission that waits for a person."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.orders import operations
from apps.orders.models import Order, StaffAct
from apps.orders.operations.staff import Refused, locked
from apps.orders.states import Status


@transaction.atomic
def retry_submission(order_id: UUID, *, by: User) -> int:
    """Submits an order again to which nothing happens by itself; the number of the attempt, which begins at once.

    Raises Refused where it isn't paid, is being submitted or cancelled, is with the provider already, or is history of
    another shop's.
    """
    order = locked(order_id)
    if order.staff_requests.open().filter(act=StaffAct.CANCEL).exists():
        raise Refused(_("It is being cancelled."))
    attempt = operations.grant_submission(order_id, signature={"by": by.email, "by_id": by.pk})
    if attempt is None:
        raise Refused(_reason(order))
    return attempt


def _reason(order: Order) -> str:
    if order.imported_from is not None:
        return _("It was brought here from another shop, whose printer it went to.")
    if order.status == Status.PAID:
        return _("It is being submitted already.")
    if order.paid_at is None:
        return _("It isn't paid.")
    if order.status == Status.CANCELLED:
        return _("It is cancelled.")
    return _("It is with the provider already.")
