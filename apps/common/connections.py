"""Which connection a thread works on where there is more than one way to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.transaction import TransactionManagementError

# Leads to PostgreSQL itself, where the usual connection leads through a pooler.
DIRECT: Final = "direct"


@contextmanager
def own_session() -> Iterator[None]:
    """All that this thread asks of the database within the block is asked in one session, which is its own.

    That is so anyway, but behind a pooler in transaction mode: there a connection to the server itself takes the
    usual one's place. Raises TransactionManagementError within a transaction, which the block wouldn't belong to.
    """
    if DIRECT not in connections.settings or connections[DEFAULT_DB_ALIAS] is connections[DIRECT]:
        yield
        return
    with in_place(DIRECT):
        try:
            yield
        finally:
            connections[DIRECT].close()


@contextmanager
def in_place(alias: str) -> Iterator[None]:
    """Within the block this thread's usual connection is the one with that alias, for all code, the ORM's included."""
    usual = connections[DEFAULT_DB_ALIAS]
    if usual.in_atomic_block:
        raise TransactionManagementError(f"A transaction has begun: what follows can't go to {alias!r}.")
    connections[DEFAULT_DB_ALIAS] = connections[alias]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = usual
