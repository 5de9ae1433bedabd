"""All counts and figures in Prometheus' text format."""

from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from activity_project.monitoring.figures import MeasuredNow

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


def text(folder: Path) -> bytes:
    """What every process that counts in the folder has counted, added up, and the figures of this moment."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    registry.register(MeasuredNow())
    return generate_latest(registry)
