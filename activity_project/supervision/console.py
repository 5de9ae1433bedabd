"""Lines on the terminal, each with the name of who says it; coloured when somebody looks."""

from __future__ import annotations

import contextlib
import os
import re
import sys

# Told apart on dark and light backgrounds, and without red, which is for errors.
COLOURS = (36, 32, 35, 33, 34)
WIDTH = 10
# Some programs colour what they say whoever listens.
COLOUR_CODE = re.compile(r"\x1b\[[0-9;]*m")


class Console:
    """Writes to standard output, unbuffered; where nobody listens any more, to nowhere."""

    def __init__(self) -> None:
        self._coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._colours: dict[str, int] = {}

    def line(self, name: str, text: str) -> None:
        """Write one line as `name`."""
        label = f"{name:<{WIDTH}}"
        if self._coloured:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
            label = f"\x1b[{colour}m{label}\x1b[0m"
        else:
            text = COLOUR_CODE.sub("", text)
        self._write(f"{label} {text}\n")

    def paragraph(self, text: str) -> None:
        """Write lines of our own, without a name, set off by empty ones."""
        self._write(f"\n{text}\n\n")

    def _write(self, text: str) -> None:
        # The terminal or pipe may be gone already while we still have to stop everything.
        with contextlib.suppress(OSError):
            os.write(sys.stdout.fileno(), text.encode(errors="replace"))
