"""Who of the staff may do what with orders and the log."""

from typing import Final

SEE_FEED: Final = "orders.view_activityentry"
SEE_ORDERS: Final = "orders.view_order"
WORK_ORDERS: Final = "orders.work_orders"
REFUND_ORDERS: Final = "orders.refund_orders"
