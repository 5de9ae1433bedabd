"""Whether the ways to the database are what they are said to be: asked by ``migrate`` and ``check --database default``.

What a connection says of itself would not do, since a pooler answers much in the server's place. So it is tried out:
two connections that are answered by the same session of the server share it, which only happens behind a pooler that
gives sessions away by the transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any, Final

from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from activity_project.databases import SESSION
from apps.common.connections import DIRECT
from apps.common.replica import REPLICA, has_replica

_WHERE: Final = """
SELECT pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system()),
       (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_SAID: Final = "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)"


@checks.register(checks.Tags.database)
def check_ways(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """What is wrong with them; nothing is asked unless the default database is to be checked."""
    if not databases or DEFAULT_DB_ALIAS not in databases:
        return []
    try:
        found = list(_behind_pooler() if DIRECT in connections.settings else _without_pooler())
        return [*found, *(_of_replica() if has_replica() else ())]
    except OperationalError as error:
        return [Error(f"The database can't be used: {' '.join(str(error).split())}", hint=_REFUSED, id="activity.E001")]


_REFUSED: Final = (
    "Where the words above are about a startup parameter, DATABASE_URL leads through a pooler: give PostgreSQL's own "
    "address as DATABASE_DIRECT_URL."
)


def _without_pooler() -> Iterator[CheckMessage]:
    if _sessions_are_shared(connections[DEFAULT_DB_ALIAS]):
        yield Error(
            "DATABASE_URL leads through a pooler in transaction mode: locks and settings of sessions don't hold there.",
            hint="Give PostgreSQL's own address as DATABASE_DIRECT_URL.",
            id="activity.E002",
        )


def _behind_pooler() -> Iterator[CheckMessage]:
    default, direct = connections[DEFAULT_DB_ALIAS], connections[DIRECT]
    if _sessions_are_shared(direct):
        yield Error(
            "DATABASE_DIRECT_URL leads through a pooler in transaction mode: locks of sessions don't hold there.",
            id="activity.E003",
        )
    if _row(direct, _WHERE) != _row(default, _WHERE) or _row(direct, _WHERE)[0]:
        yield Error(
            "DATABASE_DIRECT_URL and DATABASE_URL lead to different databases, or to one that only reads.",
            id="activity.E004",
        )
    if unsaid := _unsaid(default):
        yield checks.Warning(
            "Behind the pooler sessions lack what a connection says at its start, where there is none.",
            hint=f"Once, as the role that DATABASE_URL names: {' '.join(unsaid)} Then have the pooler connect anew.",
            id="activity.W001",
        )


def _of_replica() -> Iterator[CheckMessage]:
    try:
        is_replica, *of_which = _row(connections[REPLICA], _WHERE)
    except OperationalError as error:
        yield checks.Warning(f"The replica doesn't answer: {' '.join(str(error).split())}", id="activity.W002")
        return
    if not is_replica or of_which != list(_row(connections[DEFAULT_DB_ALIAS], _WHERE)[1:]):
        yield Error("DATABASE_REPLICA_URL leads to no replica of the database.", id="activity.E005")


def _sessions_are_shared(connection: BaseDatabaseWrapper) -> bool:
    """Whether two connections that are both open are answered by the same session."""
    with ExitStack() as open_ones:
        both = [open_ones.enter_context(closing(connection.copy())) for _ in range(2)]
        return len({_row(one, "SELECT pg_backend_pid()") for one in both}) == 1


def _unsaid(connection: BaseDatabaseWrapper) -> list[str]:
    """The statements that would have the role say what is not said."""
    with connection.cursor() as cursor:
        cursor.execute(_SAID, [list(SESSION)])
        said = dict(cursor.fetchall())
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_database())")
        role, database = cursor.fetchone()
    missing = [name for name in SESSION if said[name] != SESSION[name]]
    return [f"ALTER ROLE {role} IN DATABASE {database} SET {name} = '{SESSION[name]}';" for name in missing]


def _row(connection: BaseDatabaseWrapper, query: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
