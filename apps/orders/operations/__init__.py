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
    hear_from_provider,
    note_provider_issue,
    note_provider_status,
    record_delivery,
    record_production,
    record_shipment,
)
from apps.orders.operations.mail import (
    record_confirmation_sent,
    record_mail_event,
    record_mail_refused,
    record_shipping_notice_sent,
    was_refused,
)
from apps.orders.operations.notes import add_note
from apps.orders.operations.overdue import record_overdue
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
from apps.orders.operations.reconciling import claim_reconciling, plan_reconciling
from apps.orders.operations.submission import (
    claim_submission,
    grant_submission,
    hold_submission,
    offer_submission,
    record_no_provider,
    record_submission,
    record_submission_failure,
    resume_submission,
    suspend_submission,
)

__all__ = [
    "LineWish",
    "Totals",
    "add_note",
    "cancel",
    "claim_reconciling",
    "claim_submission",
    "close_dispute",
    "grant_submission",
    "hear_from_provider",
    "hold_submission",
    "note_provider_issue",
    "note_provider_status",
    "offer_submission",
    "open_dispute",
    "open_order",
    "plan_reconciling",
    "record_abandoned",
    "record_confirmation_sent",
    "record_delivery",
    "record_expiry",
    "record_mail_event",
    "record_mail_refused",
    "record_no_provider",
    "record_no_reminder",
    "record_overdue",
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
    "resume_submission",
    "suspend_submission",
    "was_refused",
]
