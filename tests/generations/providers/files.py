"""Image files, good and bad, as they may come from a provider."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def saved(format: str, *, mode: str = "RGB", size: tuple[int, int] = (64, 64), **options: Any) -> bytes:
    """A picture in a format, with whatever else that format can carry."""
    file = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(file, format, **options)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that unpacks to so many pixels, all black."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width // 8 + 2) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
