"""Time-ordered ids for rows of the past; rows of today get theirs from the database."""

from datetime import datetime
from random import Random
from uuid import UUID


def uuid_v7_at(moment: datetime, chance: Random) -> UUID:
    """A version 7 UUID as the server would have made it at that moment (RFC 9562)."""
    milliseconds = int(moment.timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    return UUID(int=value)


def first_uuid_v7_at(moment: datetime) -> UUID:
    """The least version 7 UUID of that millisecond: rows made since have this id or a greater one."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
