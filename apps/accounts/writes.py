"""Notes how far the database's log was when a person last wrote: what they read next has to know that much."""

from typing import Final

import structlog
from django.db import Error, models

from apps.accounts.models import User

log = structlog.get_logger(__name__)

# Not what is on the disk: a commit that doesn't wait for that counts as well. The note itself is written behind it, so
# a replica comes to pass it also where nothing else is written.
_POSITION: Final = models.Func(
    template="pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", output_field=models.BigIntegerField()
)


def note_write(person: User) -> None:
    """All that is committed by now is part of what the person wrote, or may have been.

    It never fails: what was written stands, and its answer isn't to say otherwise.
    """
    try:
        User.objects.filter(pk=person.pk).update(written_position=_POSITION)
    except Error as error:
        log.warning("write_not_noted", error=str(error))
