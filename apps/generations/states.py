"""The states of a generation job and the moves between them. The database refuses every other move."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")
    PROCESSING = "processing", _("In progress")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.PROCESSING, Status.FAILED}),
    Status.PROCESSING: frozenset({Status.COMPLETED, Status.FAILED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
}

IN_FLIGHT = frozenset(status for status, moves in TRANSITIONS.items() if moves)
FINAL = frozenset(Status) - IN_FLIGHT


def sources(target: Status) -> frozenset[Status]:
    """The states from which a job may move to ``target``."""
    return frozenset(status for status, moves in TRANSITIONS.items() if target in moves)
