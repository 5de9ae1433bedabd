"""What the file of all activities costs: the one budget that is a rate, and so depends on the machine."""

from collections.abc import Iterator
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import cast

from activity_project.benchmarks.credentials.history import LARGE
from activity_project.benchmarks.figures import Figure
from apps.common.export import csv_file
from apps.credentials.exports import COLUMNS, rows
from apps.credentials.filters import EVERYTHING
from apps.credentials.models import Profile

KB_A_MB = 1_000


def figures() -> Iterator[Figure]:
    """Rate and memory of the large issuer's whole file."""
    issuer = Profile.objects.get(pk=LARGE)
    next(rows(issuer, EVERYTHING))
    before, start = getrusage(RUSAGE_SELF).ru_maxrss, perf_counter()
    response = csv_file(rows(issuer, EVERYTHING), header=COLUMNS, name="bench")
    lines = sum(chunk.count(b"\n") for chunk in cast("Iterator[bytes]", response.streaming_content))
    seconds = perf_counter() - start
    grown = (getrusage(RUSAGE_SELF).ru_maxrss - before) / KB_A_MB
    yield Figure(name="export, activities a second", value=lines / seconds, least=10_000, about=f"{lines:,} activities")
    yield Figure(name="export, memory it adds", value=grown, most=150, unit="MB")
