"""What can happen to an order. Each verb owns its transaction, moves the order, and logs only what moved."""

from apps.orders.operations.carts import (
    record_abandoned,
    record_no_reminder,
    record_payment_pending,
    record_recovery_sent,
    record_reminder_refused,
)
from apps.orders.operations.fulfilment import (
    cancel,
    claim_submission,
    hear_from_provider,
    note_provider_issue,
    note_provider_status,
    record_delivery,
    record_production,
    record_shipment,
    record_submission,
    record_submission_failure,
)
from apps.orders.operations.mail import (
    record_confirmation_sent,
    record_mail_event,
    record_mail_refused,
    record_shipping_notice_sent,
    was_refused,
)
from apps.orders.operations.notes import add_note
from apps.orders.operations.payments import (
    close_dispute,
    open_dispute,
    record_expiry,
    record_payment,
    record_payment_failure,
    record_refund,
    record_refund_failure,
)
from apps.orders.operations.placing import LineWish, Totals, open_order, record_payment_page

__all__ = [
    "LineWish",
    "Totals",
    "add_note",
    "cancel",
    "claim_submission",
    "close_dispute",
    "hear_from_provider",
    "note_provider_issue",
    "note_provider_status",
    "open_dispute",
    "open_order",
    "record_abandoned",
    "record_confirmation_sent",
    "record_delivery",
    "record_expiry",
    "record_mail_event",
    "record_mail_refused",
    "record_no_reminder",
    "record_payment",
    "record_payment_failure",
    "record_payment_page",
    "record_payment_pending",
    "record_production",
    "record_recovery_sent",
    "record_refund",
    "record_refund_failure",
    "record_reminder_refused",
    "record_shipment",
    "record_shipping_notice_sent",
    "record_submission",
    "record_submission_failure",
    "was_refused",
]
