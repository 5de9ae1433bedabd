"""The sandbox as it runs on a development machine: a database of its own, web server and loop."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import requests
from requests.cookies import RequestsCookieJar
from stripe import RequestsClient, StripeClient

from activity_project import sandbox as settings_of_sandbox
from tests import running
from tests.sandbox.listener import Listener


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox, as other programs meet it."""

    address: str
    database_url: str
    environment: dict[str, str]
    folder: Path
    keys: settings_of_sandbox.Keys
    listener: Listener
    # What is to be closed at the end of a test.
    opened: ExitStack

    @property
    def stripe_secret(self) -> str:
        """The secret of the payment webhooks."""
        return f"whsec_{self.keys.derived('stripe webhooks')}"

    def stripe(self, key: str = "") -> StripeClient:
        """The official client, in its own words: nothing of ours is imported."""
        http = RequestsClient()
        self.opened.callback(http.close)
        return StripeClient(
            key or f"sk_test_{self.keys.derived('stripe')}",
            base_addresses={"api": f"{self.address}/sandbox/stripe"},
            http_client=http,
            max_network_retries=0,
        )

    def printify(self, **headers: str) -> httpx.Client:
        """A client with the shop's token, at the shop's address."""
        token = {"Authorization": f"Bearer {self.keys.derived('printify')}", "User-Agent": "Activity"}
        shop = f"{self.address}/sandbox/printify/v1/shops/{settings_of_sandbox.SHOP_ID}/"
        return self.opened.enter_context(httpx.Client(base_url=shop, headers=token | headers))

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(row[0]) if row else 0

    def prepare(self, **faults: int) -> None:
        """Sets faults on the controls page."""
        Visitor(self).press("/sandbox/", "/sandbox/faults/", **{name: str(times) for name, times in faults.items()})

    def hurry(self) -> None:
        """Has time go as fast as it can."""
        Visitor(self).press("/sandbox/", "/sandbox/pace/", pace="2000")


class Visitor:
    """Someone with a browser, for whom cookies and hidden fields go along by themselves."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._session = sandbox.opened.enter_context(requests.Session())

    @property
    def cookies(self) -> RequestsCookieJar:
        return self._session.cookies

    def get(self, path: str) -> requests.Response:
        return self._session.get(f"{self._sandbox.address}{path}")

    def press(self, page: str, action: str = "", **fields: str) -> requests.Response:
        """Opens the page and sends one of its forms; the answer isn't followed where it leads elsewhere."""
        shown = self.get(page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)
        assert token, f"{page} answered {shown.status_code} without a form"
        data = {"csrfmiddlewaretoken": token[1], **fields}
        return self._session.post(f"{self._sandbox.address}{action or page}", data, allow_redirects=False)


@contextmanager
def running_sandbox(folder: Path, *, tells_the_product: bool = False) -> Iterator[Sandbox]:
    """Web server and loop; webhooks go to the listener, or to the product itself."""
    with _database() as database_url, Listener().running() as listener:
        port = running.free_port()
        address = f"http://127.0.0.1:{port}"
        environment = _environment(folder, database_url, address, address if tells_the_product else listener.address)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=running.ROOT, env=environment, check=True)
        with (
            running.web(folder / "web.log", environment, port),
            running.sandbox_loop(folder / "loop.log", environment),
            ExitStack() as opened,
        ):
            keys = settings_of_sandbox.Keys.of(folder)
            made = Sandbox(address, database_url, environment, folder, keys, listener, opened)
            running.wait_until(lambda: made.count("sandbox_printify_webhooks"), "the loop works")
            yield made


def _environment(folder: Path, database_url: str, address: str, tells: str) -> dict[str, str]:
    ours = {
        "ACTIVITY_DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "DEBUG": "1",
        "MEDIA_ROOT": str(folder / "media"),
        "SITE_URL": address,
        "SANDBOX": "",
        "SANDBOX_ADDRESS": address,
        "SANDBOX_WEBHOOKS_TO": tells,
    }
    return os.environ | ours


@contextmanager
def _database() -> Iterator[str]:
    """A database of this run's, beside that of the other tests: there the sandbox isn't installed."""
    name = f"sandbox_{uuid4().hex}"
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
