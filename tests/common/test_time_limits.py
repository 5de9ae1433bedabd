"""The limit on how long a question may take is kept by the database and ends with its block."""

import pytest
from django.db import OperationalError, connection

from apps.common.time_limits import TookTooLong, at_most

pytestmark = pytest.mark.usefixtures("committed")


def sleep(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def test_a_statement_over_the_limit_is_stopped_and_the_connection_goes_on() -> None:
    with pytest.raises(TookTooLong), at_most(20):
        sleep(30)

    sleep(0)


def test_the_limit_ends_with_its_block() -> None:
    with at_most(20):
        sleep(0)

    sleep(0.1)


def test_other_trouble_stays_what_it_is() -> None:
    with pytest.raises(OperationalError), at_most(1_000), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
