"""Hostile input on every address of the sandbox, over real HTTP: stand-ins answer what is wrong, as providers do."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from activity_project.sandbox import SHOP_ID
from tests.running import ROOT
from tests.sandbox.purchases import PRINT, asked_for
from tests.sandbox.stage import Sandbox, Visitor
from tests.sandbox.test_printify import asked_for as asked_for_order
from tests.sandbox.test_printify import drafted
from tests.security import hostile
from tests.security.asking import Asked, requests
from tests.security.examples import tried
from tests.security.words import ORDINARY, Names

TELL = """
import json, django
django.setup()
from django.urls import get_resolver
from tests.addresses import our_patterns
from tests.security.words import names_of
from apps.sandbox import urls
def paths(resolver, before):
    for entry in resolver.url_patterns:
        where = before + str(entry.pattern)
        yield from paths(entry, where) if hasattr(entry, "url_patterns") else [where]
(sandbox,) = (entry for entry in get_resolver().url_patterns if str(entry.pattern) == "sandbox/")
print(json.dumps({"paths": sorted(set(paths(sandbox, "/sandbox/"))), "names": names_of("sandbox")}))
"""
NOBODYS = "018f0000-0000-7000-8000-000000000000"
LONGEST_ADDRESS = 4_000
# The web server's own answer to a header or an address that it doesn't take, lost where a body was still on its way.
REFUSED_UNREAD = 400
FIELDS_OF_THE_APIS = ("limit", "starting_after", "expand[]", "status", "page", "mode", "customer", "charge", "amount")


class Told(NamedTuple):
    """The sandbox's addresses with things of its own in their places, and the names that its pages know."""

    paths: list[str]
    names: Names
    session: str
    order: str


@pytest.fixture
def told(sandbox: Sandbox) -> Told:
    environment = sandbox.environment | {"DJANGO_SETTINGS_MODULE": "activity_project.settings"}
    said = subprocess.run([sys.executable, "-c", TELL], cwd=ROOT, env=environment, capture_output=True, check=True)
    answer = json.loads(said.stdout)
    session, order = asked_for(sandbox.stripe()).id, drafted(sandbox.printify())
    places = {
        "<str:session_id>": session, "<str:order_id>": order, "<int:shop_id>": str(SHOP_ID),
        "<str:dispute_id>": "dp_1", "<str:subscription_id>": "sub_1", "<slug:name>": "print",
        "<uuid:delivery_id>": NOBODYS, "<uuid:mail_id>": NOBODYS, "^(?P<path>.*)$": "nothing",
    }  # fmt: skip
    names: Names = {**answer["names"], **dict.fromkeys(FIELDS_OF_THE_APIS, ORDINARY)}
    return Told([_filled_in(path, places, session, order) for path in answer["paths"]], names, session, order)


def _filled_in(path: str, places: dict[str, str], session: str, order: str) -> str:
    for place, word in places.items():
        path = path.replace(place, word)
    return path.replace("<str:id>", session if "/stripe/" in path else order)


class Sender(NamedTuple):
    """Somebody who shows the right key and the page's own token, so that what they send gets further in."""

    address: str
    headers: dict[str, str]

    def status(self, asked: Asked) -> int:
        server = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        try:
            headers = {**asked.headers, **self.headers, "Content-Type": asked.content_type}
            server.request(asked.method, f"{asked.path}?{asked.query}", asked.body, headers)
            answer = server.getresponse()
            answer.read()
            return answer.status
        except RemoteDisconnected:
            raise  # it ended without a word
        except (BrokenPipeError, ConnectionResetError):
            return REFUSED_UNREAD
        finally:
            server.close()


def _key_of(path: str, sandbox: Sandbox) -> dict[str, str]:
    if "/postmark/" in path:
        return {"X-Postmark-Server-Token": sandbox.keys.derived("postmark")}
    of_payments = f"sk_test_{sandbox.keys.derived('stripe')}"
    secret = of_payments if "/stripe/" in path else sandbox.keys.derived("printify")
    return {"Authorization": f"Bearer {secret}", "User-Agent": "Activity"}


@pytest.fixture
def token(sandbox: Sandbox, visitor: Visitor) -> dict[str, str]:
    """What a page's form sends along."""
    visitor.get("/sandbox/")
    (secret,) = (cookie.value for cookie in visitor.cookies if cookie.name == "csrftoken")
    return {"Cookie": f"csrftoken={secret}", "X-CSRFToken": str(secret)}


def _is_for_us(asked: Asked) -> bool:
    """An address of a length that the web server hands on. And where DEBUG is on, Django's own page about a form in
    another encoding falls over the form."""
    return len(asked.path) + len(asked.query) < LONGEST_ADDRESS and "charset=utf-" not in asked.content_type


@tried(times=150)
@given(data=st.data())
def test_no_input_breaks_a_page_or_an_api(
    data: DataObject, told: Told, sandbox: Sandbox, token: dict[str, str]
) -> None:
    # On that page one may ask for failures.
    path = data.draw(st.sampled_from([each for each in told.paths if each != "/sandbox/faults/"]))
    asked = data.draw(requests(path, told.names, methods=["GET", "POST", "POST", "PUT", "DELETE"]).filter(_is_for_us))

    assert Sender(sandbox.address, token | _key_of(path, sandbox)).status(asked) < 500, asked


def spoilt(value: Any) -> SearchStrategy[Any]:
    """The value with anything in the place of one part of it, at any depth."""
    kinds = [hostile.json_values]
    if isinstance(value, dict) and value:
        kinds.append(
            st.sampled_from(sorted(value)).flatmap(lambda key: spoilt(value[key]).map(lambda part: value | {key: part}))
        )
    if isinstance(value, list) and value:
        kinds.append(
            st.integers(0, len(value) - 1).flatmap(
                lambda place: spoilt(value[place]).map(lambda part: [*value[:place], part, *value[place + 1 :]])
            )
        )
    return st.one_of(kinds)


def flattened(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """As the payments API takes what is nested: ``line_items[0][quantity]``."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from flattened(part, f"{name}[{key}]" if name else str(key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from flattened(part, f"{name}[{place}]")
    else:
        yield name, str(value)


ASKED = {"mode": "payment", "line_items": [PRINT], "metadata": {"order": "42"}, "customer_email": "c@example.com"}


@tried(times=60)
@given(data=st.data())
def test_no_part_of_a_request_for_a_payment_breaks_it(
    data: DataObject, sandbox: Sandbox, token: dict[str, str]
) -> None:
    shape = data.draw(spoilt({**ASKED, "success_url": "http://127.0.0.1/", "cancel_url": "http://127.0.0.1/"}))
    body = urlencode(list(flattened(shape)), encoding="utf-8", errors="surrogatepass").encode()
    path = "/sandbox/stripe/v1/checkout/sessions"
    asked = Asked("POST", path, "", body, "application/x-www-form-urlencoded")

    assert Sender(sandbox.address, token | _key_of(path, sandbox)).status(asked) < 500, asked


@tried(times=60)
@given(data=st.data())
def test_no_part_of_an_order_breaks_the_print_provider(
    data: DataObject, sandbox: Sandbox, token: dict[str, str]
) -> None:
    body = json.dumps(data.draw(spoilt(asked_for_order(sandbox.printify())))).encode()
    path = f"/sandbox/printify/v1/shops/{SHOP_ID}/orders.json"
    asked = Asked("POST", path, "", body, "application/json")

    assert Sender(sandbox.address, token | _key_of(path, sandbox)).status(asked) < 500, asked
