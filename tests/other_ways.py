"""Other ways to a database than the tests' usual one: this process's connections take them for as long as asked."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from activity_project import environment


def address(url: str) -> dict[str, object]:
    """Django's settings for a connection to the URL."""
    return environment.postgres("NO_VARIABLE", url)


@contextmanager
def by_way_of(databases: Mapping[str, dict[str, Any]]) -> Iterator[None]:
    """Connections of all threads are made by these settings, as if ``DATABASES`` said so."""
    usual_settings, usual = connections.settings, connections[DEFAULT_DB_ALIAS]
    connections.settings = connections.configure_settings({name: dict(each) for name, each in databases.items()})
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        for alias in databases:
            connections[alias].close()
            del connections[alias]
        connections.settings = usual_settings
        connections[DEFAULT_DB_ALIAS] = usual
