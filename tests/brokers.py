"""Brokers in place of the test run's own: one that isn't there, or one that a test may kill."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import Celery

from activity_project.celery import app


@contextmanager
def sending_to(url: str) -> Iterator[None]:
    """What this thread enqueues within the block goes to the broker at ``url``, configured as in production."""
    other = Celery("other", set_as_current=False)
    other.conf.update(dict(app.conf.without_defaults()) | {"broker_url": url.replace("unix://", "redis+socket://")})
    other.set_current()
    try:
        yield
    finally:
        app.set_current()
        other.close()
