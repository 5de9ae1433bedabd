"""The writing side of the activity log: record what happened, resolve what needed a person, drain what was delayed."""

from apps.orders.log.draining import Drained, drain_spool
from apps.orders.log.resolving import (
    Resolved,
    resolve,
    resolve_all_for_order,
    resolve_entries,
    resolve_problem,
    resolve_problems,
    undo,
)
from apps.orders.log.writing import log_event

__all__ = [
    "Drained",
    "Resolved",
    "drain_spool",
    "log_event",
    "resolve",
    "resolve_all_for_order",
    "resolve_entries",
    "resolve_problem",
    "resolve_problems",
    "undo",
]
