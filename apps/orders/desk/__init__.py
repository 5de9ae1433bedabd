"""What staff do with an order by hand. Who may is for the caller to know; every act says ``by`` whom, and logs it.

Each is safe to call twice, also at once: one call takes effect and writes the line, the others raise :class:`Refused`,
whose text tells the person why. None must be called within a transaction: what is asked is committed before a provider
is called.
"""

from apps.orders.desk.cancellation import cancel_order
from apps.orders.desk.mails import resend_mail
from apps.orders.desk.refunds import refund_order, settle_refunds
from apps.orders.desk.submission import retry_submission
from apps.orders.operations.staff import Refused

__all__ = ["Refused", "cancel_order", "refund_order", "resend_mail", "retry_submission", "settle_refunds"]
