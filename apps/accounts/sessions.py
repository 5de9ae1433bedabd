"""The sessions' engine: Django's in the database, which never sees a key that would open a session."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from apps.accounts.models import Session, User


class SessionStore(db.SessionStore):
    """A session by its key, of which the database has the digest."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = Session.objects.filter(session_key=_digest(self.session_key), expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=_digest(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row to be written, with whose it is beside what only the session itself can read."""
        row = super().create_model_instance(data)
        whose = User._meta.pk.to_python(data[SESSION_KEY]) if SESSION_KEY in data else None
        return Session(
            session_key=_digest(row.session_key),
            session_data=row.session_data,
            expire_date=row.expire_date,
            user_id=whose,
        )

    def delete(self, session_key: str | None = None) -> None:
        key = self.session_key if session_key is None else session_key
        if key is not None:
            Session.objects.filter(session_key=_digest(key)).delete()


def forget_expired(now: datetime) -> int:
    """Deletes the sessions that have ended; returns how many they were."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _digest(key: str | None) -> str:
    """40 characters of its SHA-256: as many as the column has, of a key that nobody can guess."""
    return sha256((key or "").encode()).hexdigest()[:40]
