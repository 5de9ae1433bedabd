"""Orders with a past, and those of the staff who look at them."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from apps.accounts.models import User
from apps.orders import operations
from apps.orders.log import log_event
from apps.orders.models import Order
from apps.orders.operations.fulfilment import Parcel
from tests.conftest import SignedIn
from tests.factories import UserFactory
from tests.orders.factories import open_order

SEE_FEED, SEE_ORDERS, WORK, REFUND = "view_activityentry", "view_order", "work_orders", "refund_orders"


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def staff_who(*permissions: str, **person: Any) -> tuple[User, SignedIn]:
    """Someone of the staff with these permissions and no others, and their browser."""
    user = UserFactory.create(is_staff=True, **person)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user, SignedIn(user)


def staff_with(*permissions: str) -> SignedIn:
    """The browser of such a person."""
    return staff_who(*permissions)[1]


def delivered_order(**wishes: Any) -> Order:
    """An order that went well, over the last days."""
    order = open_order(now=ago(days=4), **wishes)
    operations.record_payment(order.pk, at=ago(days=4), payment_intent_id=f"pi_{order.number}")
    operations.record_confirmation_sent(order.pk, recipient=order.email, message_id=f"m-{order.number}", at=ago(days=4))
    operations.record_submission(order.pk, printify_id=f"PFY-{order.number}", at=ago(days=3, hours=23))
    operations.record_production(order.pk, at=ago(days=3))
    operations.record_shipment(order.pk, Parcel("1Z999", "DHL", "https://example.com/1Z999"), at=ago(days=1))
    operations.record_delivery(order.pk, at=ago(hours=2))
    return Order.objects.get(pk=order.pk)


def troubled_order(**wishes: Any) -> Order:
    """A paid order whose submission failed twice and waits for a person, and of which a mail bounced."""
    order = open_order(now=ago(hours=3), **wishes)
    operations.record_payment(order.pk, at=ago(hours=3), payment_intent_id=f"pi_{order.number}")
    reason = "insufficient stock for M Black"
    for attempt, retry_in in ((1, timedelta()), (2, None)):
        operations.claim_submission(order.pk, attempt=attempt)
        operations.record_submission_failure(order.pk, reason=reason, attempt=attempt, retry_in=retry_in)
    log_event("email.bounced", order=order, payload={"recipient": order.email, "mail": "order confirmation"})
    return Order.objects.get(pk=order.pk)
