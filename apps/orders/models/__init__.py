"""The shop's tables: what is sold, what lies in a cart, what was ordered, and the log of all that happened to it."""

from apps.orders.models.activity_log import ActivityEntry, OpenProblem, Resolution, ResolutionKind
from apps.orders.models.carts import Cart, CartLine, NoReminder
from apps.orders.models.catalog import Product, ProductPicture, Variant
from apps.orders.models.mail import MailKind, ReminderOptOut, SentMail
from apps.orders.models.order_parts import OrderLine, Refund, Shipment
from apps.orders.models.orders import Order, OrderNumber
from apps.orders.models.staff_requests import StaffAct, StaffRequest

__all__ = [
    "ActivityEntry",
    "Cart",
    "CartLine",
    "MailKind",
    "NoReminder",
    "OpenProblem",
    "Order",
    "OrderLine",
    "OrderNumber",
    "Product",
    "ProductPicture",
    "Refund",
    "ReminderOptOut",
    "Resolution",
    "ResolutionKind",
    "SentMail",
    "Shipment",
    "StaffAct",
    "StaffRequest",
    "Variant",
]
