"""When the print provider is to be asked after an order, because its messages may be lost."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.orders.models import Order

# An order that isn't at the provider, or of which no news is awaited any more, isn't asked after.
NEVER: Final = None


def reconcile_after() -> timedelta:
    """How long the provider may be silent about an order before it is asked."""
    return timedelta(minutes=settings.ORDER_RECONCILE_MINUTES)


def put_off_reconciling(order_id: UUID) -> None:
    """The provider has spoken of the order and needn't be asked so soon."""
    _asked_after(order_id).update(reconcile_due_at=Now() + reconcile_after())


def plan_reconciling(order_id: UUID, *, at: datetime | None) -> None:
    """The provider is asked then; or ``NEVER`` again."""
    _asked_after(order_id).update(reconcile_due_at=at)


def claim_reconciling(order: Order, *, now: datetime) -> bool:
    """Whether this caller is the one who asks; another doesn't for a while, whatever becomes of this one."""
    due = Order.objects.filter(pk=order.pk, reconcile_due_at=order.reconcile_due_at)
    return due.update(reconcile_due_at=now + reconcile_after()) == 1


def _asked_after(order_id: UUID) -> models.QuerySet[Order]:
    return Order.objects.filter(pk=order_id, reconcile_due_at__isnull=False)
