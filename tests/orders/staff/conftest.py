"""The providers that staff's acts reach, on this machine."""

from tests.orders.desk.conftest import printify, stripe

__all__ = ["printify", "stripe"]
