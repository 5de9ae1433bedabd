"""What happens by itself after a while: appointments are kept in a table, and the loop keeps them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone

from apps.sandbox import pace
from apps.sandbox.models import Appointment

log = structlog.get_logger(__name__)

PAUSE_AFTER_ERROR: Final = timedelta(seconds=10)

Keeper = Callable[[str], None]


def appoint(what: str, subject: str, *, after_s: float) -> None:
    """Has it happen after so many of the sandbox's seconds; an earlier appointment for the same is moved."""
    due_at = timezone.now() + timedelta(seconds=pace.scaled(after_s))
    Appointment.objects.update_or_create(what=what, subject=subject, defaults={"due_at": due_at})


def appoint_at(what: str, subject: str, timestamp: int) -> None:
    """Has it happen at a time by everybody's clock, in seconds since 1970."""
    due_at = datetime.fromtimestamp(timestamp, UTC)
    Appointment.objects.update_or_create(what=what, subject=subject, defaults={"due_at": due_at})


def cancel(what: str, subject: str) -> None:
    """It won't happen."""
    Appointment.objects.filter(what=what, subject=subject).delete()


def keep_one(keepers: Mapping[str, Keeper]) -> bool:
    """Keeps the first appointment that is due; false where none is.

    What it does and that it was kept are committed together: killed half-way, it is kept by the next loop. A keeper
    that fails is tried again later, because a sandbox that stops is no use to anyone: this is where its errors end.
    """
    with transaction.atomic():
        appointment = _first_due()
        if appointment is None:
            return False
        try:
            with transaction.atomic():
                keepers[appointment.what](appointment.subject)
                Appointment.objects.filter(pk=appointment.pk, due_at=appointment.due_at).delete()
        except Exception:
            log.exception("appointment failed", what=appointment.what, subject=appointment.subject)
            Appointment.objects.filter(pk=appointment.pk).update(due_at=timezone.now() + PAUSE_AFTER_ERROR)
    return True


def _first_due() -> Appointment | None:
    due = Appointment.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "id")
    return due.select_for_update(skip_locked=True).first()
