"""Ages on the command line: ``365d``, ``52w``."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta

_AGE = re.compile(r"([1-9][0-9]{0,4})([dw])")
_DAYS = {"d": 1, "w": 7}


def age(text: str) -> timedelta:
    """The length of time, a day or more. Raises ArgumentTypeError, which argparse tells the person at the terminal."""
    found = _AGE.fullmatch(text)
    if not found:
        raise ArgumentTypeError(f"{text!r} isn't an age. Days and weeks are understood, such as 365d or 52w.")
    number, unit = found.groups()
    return timedelta(days=int(number) * _DAYS[unit])
