"""What the two embedded servers have in common for those who run them."""

from __future__ import annotations

import os
from typing import Protocol

from activity_project.processes import Program


class Server(Protocol):
    """A server that can be made ready to start, started, and asked whether it serves."""

    @property
    def program(self) -> Program:
        """What to run. Output goes to its log."""

    def prepare(self) -> None:
        """Make its folders and, the first time, its data; end a leftover of an earlier run.

        The caller holds the lock on the data folder. Raises CannotStart.
        """

    def is_ready(self, process: int | None = None) -> bool:
        """Whether it serves; with a process id, whether that very process does."""

    def will_pass(self, last_words: str) -> bool:
        """Whether the reason it gave for ending at its start goes away by waiting."""


def bare_environment() -> dict[str, str]:
    """Nothing of ours that could change how a server behaves (`PGPORT`, `PGDATA`, locales)."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
