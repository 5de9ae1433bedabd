"""Reasons not to start, told in one sentence to the person at the keyboard. Standard library only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class CannotStart(Exception):
    """Why something can't run, as a sentence. Ends the command with it and exit status 1."""


def describe(error: OSError) -> str:
    """An operating system's error in words: what went wrong, and with which file."""
    reason = error.strerror or str(error)
    return f"{reason}: {error.filename}" if error.filename else reason


@contextlib.contextmanager
def explained(doing: str) -> Iterator[None]:
    """Let an operating system's refusal within the block (a full disk, a foreign folder) end in a sentence."""
    try:
        yield
    except OSError as error:
        raise CannotStart(f"{doing} failed: {describe(error)}.") from None
