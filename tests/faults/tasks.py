"""A task that captures an event, for workers that tests start."""

from uuid import UUID

from celery import shared_task

from apps.common import analytics


@shared_task(name="tests.capture")
def capture() -> None:
    analytics.capture(UUID(int=1), "captured_in_a_worker", {"number": 1})
