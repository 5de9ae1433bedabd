"""How fast the sandbox's time goes: at 100 percent an order is delivered about a minute after it was submitted."""

from typing import Final

from apps.sandbox.models import Knob

NAME: Final = "pace"
ORDINARY: Final = 100
CHOICES: Final = (25, 100, 400, 2_000)


def percent() -> int:
    """The speed at the moment, in percent of the ordinary one."""
    return Knob.objects.filter(name=NAME).values_list("value", flat=True).first() or ORDINARY


def change(percent: int) -> None:
    """What is appointed from now on comes at this speed."""
    Knob.objects.update_or_create(name=NAME, defaults={"value": percent})


def scaled(seconds: float) -> float:
    """So many of the sandbox's seconds in seconds."""
    return seconds * ORDINARY / percent()
