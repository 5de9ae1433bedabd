"""Rebuilds the log of orders that have no entries: from the facts that the orders keep, and from stored webhooks.

``deliveries`` reads again what providers told and no order keeps; ``stories`` tells an order's whole past as events
with the keys that they had, or would have, live; ``writing`` makes entries of them and puts whole orders into the log;
``run`` leads through all orders. What only the log knew (comments, attempts that failed before one succeeded, people's
reasons) is gone with it.
"""
