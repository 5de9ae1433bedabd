"""What the providers' messages mean: each is read here, in the provider's own words, and becomes one operation."""

from apps.orders.webhook_handlers import failures, mail, printify, stripe

__all__ = ["failures", "mail", "printify", "stripe"]
