"""The broker, asked briefly: one attempt, and no longer than the setting allows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from activity_project.celery import app


@contextmanager
def connected() -> Iterator["Redis"]:
    """The broker's client. What is asked of it raises RedisError where it doesn't answer in time."""
    limit_s = settings.READYZ_ANSWER_MS / 1_000
    # The client's own way would be to try again, ever more slowly.
    once = Retry(NoBackoff(), 0)
    with Redis.from_url(settings.BROKER_URL, socket_connect_timeout=limit_s, socket_timeout=limit_s, retry=once) as it:
        yield it


def waiting_tasks() -> int:
    """How many tasks lie there for any worker to take; those held back for later aren't among them."""
    with connected() as broker:
        return int(broker.llen(app.conf.task_default_queue))
