"""What operators read: every log line as it is written in production, JSON and all."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from structlog.stdlib import ProcessorFormatter


class Lines:
    """The lines so far."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def told(self, logger: str) -> list[dict[str, Any]]:
        """The lines of one logger, in order."""
        lines = (json.loads(line) for line in self.text.splitlines())
        return [line for line in lines if line["logger"] == logger]


@contextmanager
def captured(level: int = logging.INFO) -> Iterator[Lines]:
    """The lines that are written within the block, through the formatter that the settings have set up."""
    lines, root = Lines(), logging.getLogger()
    handler = logging.StreamHandler(lines.stream)
    (formatter,) = {each.formatter for each in root.handlers if isinstance(each.formatter, ProcessorFormatter)}
    handler.setFormatter(formatter)
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
