"""Who comes to a web server from outside while things break: a payment provider that tells, and somebody who looks."""

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from threading import Event, Thread
from urllib.parse import urlsplit

from apps.accounts.models import User
from tests.conftest import SignedIn
from tests.running import SESSION_COOKIE
from tests.webhooks import signing

PAUSE_S, PAYMENT_EVERY_S = 0.1, 1.0
ATTEMPT_S = 10
NO_ANSWER = 0
PAID_S_AGO = 1_200


def asked(
    address: str, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of an answer; ``NO_ANSWER`` where none came."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=ATTEMPT_S)) as browser:
        try:
            browser.request(method, path, body, dict(headers or {}))
            answer = browser.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return NO_ANSWER, b""


def signed_in(person: User) -> dict[str, str]:
    """The header of a browser in which the person is signed in at a server that ``running`` has started."""
    return {"Cookie": f"{SESSION_COOKIE}={SignedIn(person).session.session_key}"}


class PaymentProvider:
    """Tells of each payment until it is thanked for it, and of every third one once more."""

    def __init__(self, address: str, messages: Sequence[Mapping[str, object]]) -> None:
        self.accepted: list[str] = []
        self.refused: Counter[int] = Counter()
        self._address = address
        self._messages = [json.dumps(message).encode() for message in messages]

    def tell_all(self, stopped: Event) -> None:
        """Meanwhile things break; gives up when it is stopped."""
        for number, body in enumerate(self._messages):
            while not self._told(body) and not stopped.wait(PAUSE_S):
                pass
            if number % 3 == 0:
                self._told(body)
            stopped.wait(PAYMENT_EVERY_S)

    def _told(self, body: bytes) -> bool:
        headers = {"Content-Type": "application/json", **signing.stripe_headers(body)}
        status, _ = asked(self._address, "POST", "/webhooks/stripe/", body, headers)
        if status == 200:
            self.accepted.append(json.loads(body)["id"])
        else:
            self.refused[status] += 1
        return status == 200


class Visitor:
    """Looks at pages, again and again."""

    def __init__(self, address: str, paths: Sequence[str], headers: Mapping[str, str]) -> None:
        self.answers: Counter[int] = Counter()
        self._address, self._paths, self._headers = address, paths, headers

    def is_served(self) -> bool:
        """Every page, now."""
        return {self._status(path) for path in self._paths} == {200}

    def look_around(self, stopped: Event) -> None:
        while not stopped.wait(PAUSE_S):
            for path in self._paths:
                self.answers[self._status(path)] += 1

    def _status(self, path: str) -> int:
        return asked(self._address, "GET", path, headers=self._headers)[0]


@contextmanager
def beside(*works: Callable[[Event], None]) -> Iterator[None]:
    """Each runs in a thread of its own until the block ends: callables that are given an event which says so."""
    stopped = Event()
    threads = [Thread(target=work, args=[stopped]) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def payment_of(order_session: Mapping[str, object], event_id: str) -> dict[str, object]:
    """Stripe's message of a session that was paid a while ago."""
    return {
        "id": event_id,
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()) - PAID_S_AGO,
        "data": {"object": order_session},
    }
