"""Reads the JSON that clients send. What no table can hold counts as none, as at the real providers."""

import json
from typing import Any


def read_json(body: bytes) -> Any:
    """What the body says. Raises ValueError where that is no JSON, is nested too deeply, or holds null characters,
    halves of a character, or numbers without end."""
    try:
        said = json.loads(body)
        written = json.dumps(said, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if b"\\u0000" in written.replace(rb"\\", b""):
        raise ValueError("a null character")
    return said
