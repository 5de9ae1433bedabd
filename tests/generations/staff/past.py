"""Jobs of the past in any state, where the operations know only now; and someone of the staff with permissions."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from apps.accounts.models import User
from apps.generations.models import GenerationJob
from apps.generations.states import FINAL, Status
from tests.conftest import SignedIn
from tests.factories import UserFactory

VIEW, EXPORT, ADJUST, RESET, IMAGES = (
    "view_generationjob", "export_generations", "adjust_credits", "reset_period", "view_generationimage",
)  # fmt: skip


def ago(**length: float) -> datetime:
    return timezone.now() - timedelta(**length)


def a_job(
    user: User,
    at: datetime | None = None,
    *,
    status: Status = Status.COMPLETED,
    prompt: str = "a quiet beach",
    took: timedelta = timedelta(seconds=8),
    model: str = "studio-sketch-1",
    code: str = "provider_timeout",
    **fields: Any,
) -> GenerationJob:
    """A job that was asked for then; a completed one says its model, a failed one its code."""
    at = at or ago(minutes=5)
    ended = at + took if status in FINAL else None
    asked = {"prompt": prompt, "quality": "hq", "aspect_ratio": "9:16", "image_count": 2, "seed": 7}
    failed, completed = status == Status.FAILED, status == Status.COMPLETED
    return GenerationJob.objects.create(
        **{
            "user": user,
            "status": status,
            "input": asked,
            "credits_used": 4,
            "created_at": at,
            "started_at": None if status == Status.QUEUED else at,
            "completed_at": ended,
            "updated_at": ended or at,
            "error": "The provider took too long." if failed else "",
            "error_code": code if failed else "",
            "metadata": {"model": model} if completed else {},
            **fields,
        }
    )


def staff_with(*permissions: str) -> SignedIn:
    """The browser of someone of the staff who has these permissions and no others."""
    person = UserFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return SignedIn(person)
