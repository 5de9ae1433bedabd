"""Mail servers that have a bad day."""

from typing import Any

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend


class Refusing(BaseEmailBackend):
    """A mail server that says no, until it has been asked ``times``."""

    error: Exception
    times: int
    asked: int

    def send_messages(self, email_messages: Any) -> int:
        type(self).asked += 1
        if self.asked <= self.times:
            raise self.error
        mail.outbox.extend(email_messages)
        return len(email_messages)
