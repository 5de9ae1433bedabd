"""Celery's door to what belongs to no product."""

from celery import shared_task

from apps.common import heartbeat


@shared_task(name="common.heartbeat", ignore_result=True)
def note_heartbeat() -> None:
    """Says that schedule, broker and workers are at work."""
    heartbeat.note()
