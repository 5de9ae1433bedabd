"""What was said about the last act, kept for the next page that can offer to take it back."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

_KEY: Final = "said"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the act that Undo takes back; empty where there is nothing to take back."""

    words: str
    undo_id: str = ""


def say(request: HttpRequest, said: Said) -> None:
    """Keeps it until a page shows it."""
    request.session[_KEY] = [said.words, said.undo_id]


def take_said(request: HttpRequest) -> Said | None:
    """What was kept, once."""
    kept = request.session.pop(_KEY, None)
    return Said(*kept) if kept else None
