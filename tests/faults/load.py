"""Load from outside: as fast as it goes, or at a steady rate; and what the server's processes take meanwhile."""

import http.client
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import mean, quantiles
from threading import Event, Lock
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

CLIENTS = 8
LOOKS_EVERY_S = 0.5


class Request(NamedTuple):
    """Something to ask; ``body`` makes one for each time, and with it the request is a POST."""

    path: str
    headers: Mapping[str, str]
    body: Callable[[int], bytes] | None = None


class Answers(NamedTuple):
    """How many had which status, in how long, and how long all of it took."""

    statuses: Counter[int]
    times_ms: list[float]
    took_s: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(self.statuses.values()) / self.took_s

    @property
    def failed(self) -> int:
        return sum(number for status, number in self.statuses.items() if status >= 500)

    def p(self, percent: int) -> float:
        """So many percent were answered within that many ms."""
        return quantiles(self.times_ms, n=100)[percent - 1]


class Crowd:
    """Asks a server these things, one after the other, from several connections at once."""

    def __init__(self, address: str, requests: Sequence[Request]) -> None:
        self._netloc, self._requests = urlsplit(address).netloc, requests
        self._numbers, self._lock = count(), Lock()

    def ask(self, *, seconds: float, rate: float | None = None) -> Answers:
        """As fast as it goes, or so many a second."""
        started, statuses, times = time.monotonic(), Counter[int](), list[float]()
        tickets = count()

        def one_client(_: int) -> None:
            browser = http.client.HTTPConnection(self._netloc, timeout=60)
            while True:
                due = started + (next(tickets) / rate if rate else 0)
                if max(due, time.monotonic()) > started + seconds:
                    return browser.close()
                time.sleep(max(0.0, due - time.monotonic()))
                begun = time.monotonic()
                status = self._ask_once(browser, next(self._numbers))
                with self._lock:
                    statuses[status] += 1
                    times.append((time.monotonic() - begun) * 1_000)

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(one_client, range(CLIENTS)))
        return Answers(statuses, times, time.monotonic() - started)

    def _ask_once(self, browser: http.client.HTTPConnection, number: int) -> int:
        """On the connection that is open; once more on a new one where the server has closed it in between."""
        request = self._requests[number % len(self._requests)]
        body = request.body(number) if request.body else None
        try:
            return _status(browser, request, body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            browser.close()
            return _status(browser, request, body)


def _status(browser: http.client.HTTPConnection, request: Request, body: bytes | None) -> int:
    browser.request("POST" if body else "GET", request.path, body, dict(request.headers))
    answer = browser.getresponse()
    answer.read()
    return answer.status


class Watch:
    """What is measured again and again while something else goes on."""

    def __init__(self, measure: Callable[[], float]) -> None:
        self.figures: list[float] = []
        self._measure = measure

    def look(self, stopped: Event) -> None:
        while not stopped.wait(LOOKS_EVERY_S):
            self.figures.append(self._measure())

    def thirds(self) -> list[float]:
        """The mean of each third of the time."""
        size = max(1, len(self.figures) // 3)
        return [mean(self.figures[at : at + size]) for at in (0, size, 2 * size)]


def resident_mb(processes: Sequence[int]) -> float:
    """Memory of these processes, each one's share of what they have in common; those that are gone have none."""
    return sum(_proportional_kb(process) for process in processes) / 1_024


def _proportional_kb(process: int) -> int:
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def seconds_asked_for(config: pytest.Config) -> float:
    """How long the load lasts: `--load-minutes`, or a moment."""
    minutes = config.getoption("--load-minutes")
    return float(minutes) * 60 if minutes else 4.0
