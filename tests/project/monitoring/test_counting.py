"""Counts of several processes: they add up, outlive a killed process, and need no more files than processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from activity_project import embedded

# Counts once for each line it reads, and says that it has.
COUNTER = """
import sys
from pathlib import Path
from prometheus_client import CollectorRegistry, Counter
from activity_project.monitoring import counting

counting.begin(Path(sys.argv[1]))
things = Counter("things", "Things.", ["kind"], registry=CollectorRegistry())
for line in sys.stdin:
    things.labels(line.strip()).inc()
    print("counted", flush=True)
"""
Counting = subprocess.Popen[str]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Counting]]:
    started: list[Counting] = []

    def starting() -> Counting:
        command = [sys.executable, "-c", COUNTER, str(tmp_path)]
        asked, told = subprocess.PIPE, subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=embedded.PROJECT, text=True, stdin=asked, stdout=told))
        return started[-1]

    yield starting
    for process in started:
        process.kill()
        process.communicate()


def count(process: Counting, kind: str) -> None:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{kind}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "counted\n"


def counted(folder: Path, kind: str) -> float | None:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))
    return registry.get_sample_value("things_total", {"kind": kind})


def test_what_several_processes_count_adds_up(start: Callable[[], Counting], tmp_path: Path) -> None:
    one, other = start(), start()
    for process in (one, other, other):
        count(process, "apple")
    count(one, "pear")

    assert (counted(tmp_path, "apple"), counted(tmp_path, "pear")) == (3, 1)


def test_a_killed_process_loses_no_count_and_the_next_one_goes_on_with_its_file(
    start: Callable[[], Counting], tmp_path: Path
) -> None:
    killed = start()
    count(killed, "apple")
    killed.kill()
    killed.wait()

    count(start(), "apple")

    assert counted(tmp_path, "apple") == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["1.lock", "counter_1.db"]
