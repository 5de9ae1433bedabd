"""How connections to PostgreSQL are set up: to the server itself, through a pooler in transaction mode, to a replica.

A pooler gives a client another of the server's sessions with each transaction. So nothing may rest on a session
behind it: what a connection would say at its start is said once to the role instead (see ``database_checks``), and
work that needs a session, a lock that outlives transactions for one, goes to ``direct`` (see ``apps.common.alone``).
"""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

# What holds in each session, in PostgreSQL's words. The timeline's statement is planned once a connection, because
# half its time is planning; and nothing that a page asks may go on for ever.
SESSION: Final[Mapping[str, str]] = {"plan_cache_mode": "force_generic_plan", "statement_timeout": "60000"}
# After how often a connection has the server prepare a statement; those that ask for it are prepared at once.
PREPARED_AFTER: Final = 5
# For a new connection. libpq knows no less than two.
CONNECT_WITHIN_S: Final = 5
_PLACE: Final = ("HOST", "PORT", "NAME")

Address = Mapping[str, Any]


def itself(address: Address, *, threads: int = 0) -> dict[str, Any]:
    """Connections to the server at the address; a pool of them where so many threads share one."""
    spoken = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    return _connections(address, threads, options=spoken, prepare_threshold=PREPARED_AFTER)


def pooled(address: Address, direct: Address, *, prepared: bool, threads: int = 0) -> dict[str, dict[str, Any]]:
    """Connections by their alias where the address leads through a pooler, and ``direct`` to the server itself.

    Statements are ``prepared`` where the pooler keeps them, as PgBouncer does since 1.22. Raises
    ImproperlyConfigured.
    """
    if all(address[part] == direct[part] for part in _PLACE):
        raise ImproperlyConfigured(
            "DATABASE_DIRECT_URL leads where DATABASE_URL leads: it must name PostgreSQL itself, and DATABASE_URL the "
            "pooler before it. Without a pooler leave DATABASE_DIRECT_URL away."
        )
    if "options" in address["OPTIONS"]:
        raise ImproperlyConfigured(
            "DATABASE_URL has `options`, which a pooler doesn't hand on: say it to the role by ALTER ROLE … SET."
        )
    through = _connections(address, threads, prepare_threshold=PREPARED_AFTER if prepared else None)
    # A cursor that outlives its transaction would be looked for in another session.
    return {"default": through | {"DISABLE_SERVER_SIDE_CURSORS": True}, "direct": itself(direct)}


def replica(address: Address, primary: Address) -> dict[str, Any]:
    """Connections to a replica: given up soon, because the primary can be asked instead. Raises ImproperlyConfigured.

    They aren't pooled, since a pool would have each page wait for a replica that is away; nor looked at before use,
    since what is asked first tells as much.
    """
    if all(address[part] == primary[part] for part in _PLACE):
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL leads where DATABASE_URL leads, which is no replica of itself."
        )
    there = itself(address)
    quick = there["OPTIONS"] | {"connect_timeout": "2", "tcp_user_timeout": "2000"}
    return there | {"CONN_HEALTH_CHECKS": False, "OPTIONS": quick}


def _connections(address: Address, threads: int, **options: Any) -> dict[str, Any]:
    pool = {"pool": {"min_size": 1, "max_size": threads, "timeout": 10}} if threads else {}
    return {
        **address,
        "CONN_MAX_AGE": 0 if threads else 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": str(CONNECT_WITHIN_S), **options, **address["OPTIONS"], **pool},
        # One tested, throw-away server per run: a template makes no difference, durability neither.
        "TEST": {"NAME": "test_activity"},
    }
