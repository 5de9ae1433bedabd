"""What is measured at the moment of asking, for Prometheus: depths, ages, and what is under way.

A figure that can't be had now is left out, which Prometheus shows as a gap.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Final

from django.conf import settings
from django.db import Error, connection
from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from activity_project.monitoring import broker, readiness
from activity_project.monitoring.probes import Probe
from apps.common.time_limits import TookTooLong, at_most
from apps.generations.models import GenerationJob
from apps.generations.states import IN_FLIGHT

_MEASURED: Final = {
    "activity_log_spool": ("activity_log_spool_entries", "Log entries that wait to be written."),
    "webhook_inbox": ("activity_webhook_inbox_overdue", "Webhooks that are due and weren't processed."),
    "beat": ("activity_beat_heartbeat_age_seconds", "Since the schedule last ran a task."),
}


class MeasuredNow(Collector):
    """Collects the figures; none is waited for longer than readiness allows."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        answers = [_jobs.start(), _queue.start()]
        yield from _of_parts(readiness.readings())
        deadline = time.monotonic() + settings.READYZ_ANSWER_MS / 1_000
        for answer in answers:
            try:
                yield answer.result(max(0.0, deadline - time.monotonic()))
            except (TimeoutError, Error, TookTooLong, RedisError):
                continue


def _of_parts(found: Mapping[str, readiness.Reading]) -> Iterator[GaugeMetricFamily]:
    ok = {name: int(reading.ok) for name, reading in found.items()}
    yield _family("activity_part_ok", "1 where the part is as /readyz wants it.", "part", ok)
    for name, (metric, text) in _MEASURED.items():
        figure = found[name].figure
        if figure is not None:
            yield GaugeMetricFamily(metric, text, value=figure)


def _count_jobs() -> GaugeMetricFamily:
    """Those in flight are few, and an index has them alone."""
    try:
        with at_most(settings.READYZ_ANSWER_MS):
            rows = GenerationJob.objects.in_flight().values_list("status").annotate(Count("pk")).order_by()
            counted = {str(status): number for status, number in rows}
    finally:
        connection.close()
    by_status = {status.value: counted.get(status.value, 0) for status in sorted(IN_FLIGHT)}
    return _family("activity_generation_jobs", "Generations that haven't ended.", "status", by_status)


def _count_tasks() -> GaugeMetricFamily:
    return GaugeMetricFamily("activity_queue_tasks", "Tasks that no worker has taken.", value=broker.waiting_tasks())


def _family(name: str, text: str, label: str, figures: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, figure in figures.items():
        family.add_metric([value], figure)
    return family


_jobs: Final = Probe(_count_jobs)
_queue: Final = Probe(_count_tasks)
