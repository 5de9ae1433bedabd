"""Opens pages in this process, through all middleware, as a browser that is signed in would."""

import html
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from apps.accounts.models import User

PAGE, HELLO, BY_HAND, ORDINARY = "/activity/", "/benchmark/hello/", "/benchmark/by-hand/", "/benchmark/ordinary/"
_TEMPLATES = Path(__file__).parent / "templates"
_NEXT = re.compile(r'id="more"[^>]* hx-get="([^"]+)"')


class Browser:
    """A person's browser."""

    def __init__(self, user_id: int) -> None:
        self._client = Client(headers={"accept-encoding": "gzip"})
        self._client.force_login(User.objects.get(pk=user_id))

    def size(self, address: str, *, compressed: bool = True) -> int:
        """How many bytes the page has."""
        return len(self._get(address, {} if compressed else {"accept-encoding": "identity"}))

    def open(self, address: str) -> None:
        """Opens the page and throws it away."""
        self._get(address, {})

    def more(self, address: str) -> None:
        """Loads the next rows, as the button "Load more" does."""
        self._get(address, {"hx-request": "true", "hx-target": "more"})

    def next_address(self) -> str:
        """Where the button on the first page leads. Raises LookupError where there is none."""
        found = _NEXT.search(self._get(PAGE, {"accept-encoding": "identity"}).decode())
        if not found:
            raise LookupError("The first page has no button for more.")
        return html.unescape(found[1])

    def queries(self, address: str) -> int:
        """How many statements the page takes."""
        with CaptureQueriesContext(connection) as captured:
            self._get(address, {})
        return len(captured)

    def stream(self, address: str) -> Iterator[bytes]:
        """The parts of a file as they are sent, uncompressed."""
        response = self._client.get(address, secure=True, headers={"accept-encoding": "identity"})
        yield from response.streaming_content  # type: ignore[attr-defined]  # a file has it

    def _get(self, address: str, headers: dict[str, str]) -> bytes:
        response = self._client.get(address, secure=True, headers=headers)
        if response.status_code != 200:
            raise LookupError(f"{address} answered {response.status_code}.")
        content: bytes = response.content
        return content


@contextmanager
def site() -> Iterator[None]:
    """Has the product's pages answer as in production, with their static files collected, and the compared beside."""
    engine: dict[str, Any] = settings.TEMPLATES[0]
    templates = [engine | {"DIRS": [*engine["DIRS"], _TEMPLATES]}]
    with ExitStack() as stack:
        stack.enter_context(
            override_settings(
                ALLOWED_HOSTS=["*"],
                ROOT_URLCONF="activity_project.benchmarks.timeline.urls",
                STATIC_ROOT=stack.enter_context(TemporaryDirectory()),
                TEMPLATES=templates,
            )
        )
        call_command("collectstatic", interactive=False, verbosity=0)
        yield
