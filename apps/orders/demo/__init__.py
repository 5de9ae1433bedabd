"""A demonstration's shop: some weeks of orders, what went wrong with a few of them, and what the shop itself did.

``lives`` makes up one order, ``shop`` what isn't about any, ``writing`` puts both where they would stand had they
happened. All of it is plainly made up: addresses of ``demo.example``, things and numbers called demo.
"""

from apps.orders.demo.writing import ORDERS, seed_orders

__all__ = ["ORDERS", "seed_orders"]
