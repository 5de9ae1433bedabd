"""The facts that a log entry carries, read for a sentence: whatever is in them, reading never fails."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common import words

PROVIDERS = {"printify": "Printify", "stripe": "Stripe", "printful": "Printful"}
MISSING = "—"


class Payload(NamedTuple):
    """A payload with words for its values; what is absent or of a wrong type reads as a dash."""

    facts: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """There is something to say about it."""
        return self.facts.get(name) not in (None, "")

    def text(self, name: str) -> str:
        value = self.facts.get(name)
        return str(value) if value not in (None, "") else MISSING

    def number(self, name: str) -> int:
        value = self.facts.get(name)
        return value if isinstance(value, int) else 0

    def money(self, name: str = "amount_minor") -> str:
        """The amount in the payload's ``currency``."""
        value, currency = self.facts.get(name), self.facts.get("currency")
        if not isinstance(value, int) or not isinstance(currency, str):
            return MISSING
        return words.money(value, currency)

    def provider(self) -> str:
        """The provider as it writes itself."""
        return PROVIDERS.get(self.text("provider"), self.text("provider"))

    def day(self, name: str) -> str:
        """The day of an ISO time: ``24 November 2026``."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            return MISSING
        return date_format(timezone.localtime(moment) if moment.tzinfo else moment, "j F Y")

    def span(self, name: str) -> str:
        """A number of seconds as people say it: ``40 minutes``, ``3 hours``, ``12 days``."""
        minutes = self.number(name) // 60
        if minutes < 120:
            return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
        hours = minutes // 60
        if hours < 48:
            return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
        return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}

    def signed(self, sentence: str) -> str:
        """The sentence, and by whom it was asked for where a person did."""
        if not self.has("by"):
            return sentence
        return _("%(sentence)s (by %(person)s)") % {"sentence": sentence, "person": self.text("by")}

    def with_reason(self, sentence: str) -> str:
        """The sentence, and the payload's ``reason`` where it has one."""
        return (
            _("%(sentence)s: %(reason)s") % {"sentence": sentence, "reason": self.text("reason")}
            if self.has("reason")
            else sentence
        )
