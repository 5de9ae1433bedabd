"""Who is signed in, in which browser."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A browser's session, under the digest of its key: whoever reads the table is signed in nowhere by it.

    ``user_id`` is whose it is, null while nobody is signed in: so that somebody's sessions can be ended.
    """

    user_id = models.BigIntegerField(null=True, db_index=True)

    class Meta(AbstractBaseSession.Meta):
        db_table = "user_sessions"
