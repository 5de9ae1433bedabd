"""``localstripe`` (PyPI): a Stripe that isn't ours and remembers what it was told, as a process on this machine."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stripe import PaymentIntent, RequestsClient, StripeClient

from tests import running

KEY = "sk_local"  # no more is asked of one
CARD: dict[str, Any] = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2099, "cvc": "123"}


class LocalStripe:
    """The server at ``url``; ``client`` is the official one, for what only a customer's browser does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = RequestsClient()
        self.client = StripeClient(KEY, base_addresses={"api": url}, http_client=self._http, max_network_retries=0)

    def close(self) -> None:
        self._http.close()

    def payment(self, amount_minor: int) -> PaymentIntent:
        """A payment by card, confirmed."""
        method = self.client.v1.payment_methods.create({"type": "card", "card": CARD})  # type: ignore[arg-type]
        asked = {"amount": amount_minor, "currency": "gbp", "payment_method": method.id}
        payment = self.client.v1.payment_intents.create(asked)  # type: ignore[arg-type]
        return self.client.v1.payment_intents.confirm(payment.id)


def is_possible() -> bool:
    """It listens on IPv6's loopback too, and doesn't start without one."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@contextmanager
def running_localstripe(folder: Path) -> Iterator[LocalStripe]:
    """A server with nothing in it yet."""
    port = running.free_port()
    command = ["-W", "ignore", "-m", "localstripe.server", "--from-scratch", f"--port={port}"]
    with running.running_process(command, folder / "localstripe.log", os.environ):
        running.wait_until(lambda: _listens(port), "localstripe listens")
        server = LocalStripe(f"http://127.0.0.1:{port}")
        yield server
        server.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
