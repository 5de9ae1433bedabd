"""Buying, from the shop's door to the placed order, with real processes and the stand-ins of the providers."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urljoin, urlsplit

import psycopg
import pytest
import requests

from activity_project.celery import app
from tests import running


class Shopper:
    """Someone with a browser that keeps cookies and sends the forms of the page it is on."""

    def __init__(self, site: str) -> None:
        self._site, self._session = site, requests.Session()
        self.page = ""

    def close(self) -> None:
        self._session.close()

    def open(self, path: str) -> str:
        self._answer = self._session.get(urljoin(self._site, path))
        self.page = self._answer.text
        return self.page

    def kind_of(self, path: str) -> str:
        return self._session.get(urljoin(self._site, path)).headers["Content-Type"]

    def send(self, path: str = "", **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        assert token, self.page[:500]
        address = urljoin(self._answer.url, path)
        self._answer = self._session.post(address, {"csrfmiddlewaretoken": token[1], **fields})
        self.page = self._answer.text
        return self.page

    @property
    def path(self) -> str:
        return urlsplit(self._answer.url).path

    def reload_until(self, words: str) -> None:
        running.wait_until(lambda: words in self.open(self.path_and_query), f"the page says {words!r}")

    @property
    def path_and_query(self) -> str:
        parts = urlsplit(self._answer.url)
        return f"{parts.path}?{parts.query}"

    def put_in_the_cart(self, title: str, **more: str) -> None:
        link = self.link_to_product(title)
        variant = re.search(r'name="variant" value="([^"]+)" checked', self.open(link))
        assert variant
        self.send(link, variant=variant[1], quantity="2", **more)

    def link_to_product(self, title: str) -> str:
        link = re.search(rf'href="(/shop/[0-9a-f-]{{36}}/)">{title}<', self.open("/shop/"))
        assert link, self.page
        return link[1]

    def pay(self) -> None:
        """On the payment page."""
        fields = ("email", "name", "line1", "city", "postal_code", "country")
        typed = {name: re.search(rf'name="{name}" value="([^"]*)"', self.page) for name in fields}
        self.send(act="pay", **{name: found[1] if found else "" for name, found in typed.items()})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product with its stand-ins, a worker, and a catalogue that was synced."""
    folder = tmp_path_factory.mktemp("shop")
    port = running.free_port()
    address = f"http://127.0.0.1:{port}"
    with _database() as url:
        ours = {"ACTIVITY_DATA_DIR": str(folder), "DATABASE_URL": url, "DEBUG": "1", "SANDBOX_ADDRESS": address}
        environment = os.environ | ours | {"SITE_URL": address, "ABANDONED_CART_SECONDS": "1"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=running.ROOT, env=environment, check=True)
        with (
            running.web(folder / "web.log", environment, port),
            running.sandbox_loop(folder / "loop.log", environment),
            running.worker(folder / "worker.log", environment),
        ):
            app.send_task("orders.sync_products")
            running.wait_until(
                lambda: "Framed print" in requests.get(f"{address}/shop/", timeout=30).text, "the shop is filled"
            )
            yield address


@pytest.fixture
def shopper(site: str) -> Iterator[Shopper]:
    someone = Shopper(site)
    yield someone
    someone.close()


def _read(address: str) -> str:
    return requests.get(address, timeout=30).text


@contextmanager
def _database() -> Iterator[str]:
    """A database of its own, because in that of the other tests the sandbox isn't installed."""
    name, server = f"shop_{os.getpid()}", os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def sign_up(shopper: Shopper, email: str = "buyer@example.com") -> None:
    shopper.open("/accounts/signup/")
    shopper.send(email=email, password1="correct horse battery")


def check_out(shopper: Shopper, **more: str) -> None:
    total = re.search(r'name="seen_total" value="(\d+)"', shopper.open("/cart/"))
    assert total
    shopper.send("/cart/checkout/", seen_total=total[1], **more)
    assert shopper.path.startswith("/sandbox/"), shopper.page[:2000]


def test_a_guest_buys_a_print(shopper: Shopper) -> None:
    shopper.put_in_the_cart("Framed print")
    check_out(shopper, email="guest@example.com")
    shopper.pay()

    assert shopper.path.startswith("/orders/guest/")
    shopper.reload_until("Thank you. News of it goes to guest@example.com.")
    assert "£86.00" in shopper.page
    assert "1 Sandbox Lane" in shopper.page
    assert "Your cart is empty" in shopper.open("/cart/")
    shopper.open("/sandbox/mail/")
    shopper.reload_until("<small>guest@example.com</small>")
    assert re.search(r">Your order SS-\d{6}-\d{4}<", shopper.page)


def test_a_print_is_followed_to_the_door(shopper: Shopper) -> None:
    shopper.open("/sandbox/")
    shopper.send("/sandbox/pace/", pace="2000")
    shopper.put_in_the_cart("Framed print")
    check_out(shopper, email="reader@example.com")
    shopper.pay()

    shopper.reload_until('<b>Delivered</b> <small class="muted"><time')
    assert "to come" not in shopper.page


def test_a_cart_that_was_left_is_gone_on_with_in_another_browser(shopper: Shopper, site: str) -> None:
    shopper.put_in_the_cart("Mug")
    check_out(shopper, email="forgetful@example.com")

    def look() -> bool:
        app.send_task("orders.report_abandoned_carts")
        return "<small>forgetful@example.com</small>" in shopper.open("/sandbox/mail/")

    running.wait_until(look, "the reminder is in the mailbox")
    sent = re.search(r'href="(/sandbox/mail/[^"]+)">Your cart is still here<', shopper.page)
    assert sent, shopper.page
    back = re.search(rf"{site}(/cart/back/[^/]+/)", shopper.open(sent[1]))
    assert back, shopper.page
    with closing(Shopper(site)) as elsewhere:
        assert "Mug" in elsewhere.open(back[1])
        assert "Mug" in elsewhere.send()
        assert elsewhere.path == "/cart/"


def test_a_person_buys_a_print_and_credits(shopper: Shopper) -> None:
    shopper.put_in_the_cart("Mug")
    sign_up(shopper)
    check_out(shopper)
    shopper.pay()
    assert re.fullmatch(r"/orders/[0-9a-f-]{36}/", shopper.path)
    shopper.reload_until("Thank you. News of it goes to buyer@example.com.")
    assert "Mug" in shopper.open("/orders/")

    key = re.search(r'name="key" value="([^"]+)"', shopper.open("/credits/"))
    assert key
    shopper.send("/credits/packs/medium/buy/", key=key[1])
    shopper.pay()
    shopper.reload_until("500 credits added")

    key = re.search(r'name="key" value="([^"]+)"', shopper.open("/credits/plan/"))
    assert key
    shopper.send("/credits/plan/pro/subscribe/", key=key[1])
    shopper.pay()
    shopper.reload_until("You are on Pro now")


def generate_a_picture(shopper: Shopper) -> str:
    """The id of the picture, as the shop offers it for printing."""
    key = re.search(r'name="idempotency_key" value="([^"]+)"', shopper.open("/generate/"))
    assert key
    wish = {"prompt": "a lighthouse at dusk", "quality": "standard", "aspect_ratio": "1:1", "image_count": "1"}
    shopper.send("/generate/", idempotency_key=key[1], **wish)
    shopper.open(shopper.link_to_product("Poster"))
    shopper.reload_until('name="image" value="0')
    offered = re.search(r'name="image" value="(0[0-9a-f-]{35})"', shopper.page)
    assert offered
    return offered[1]


def test_a_picture_of_ones_own_reaches_the_printer(shopper: Shopper) -> None:
    sign_up(shopper, "artist@example.com")
    shopper.put_in_the_cart("Poster", image=generate_a_picture(shopper))
    check_out(shopper)
    shopper.pay()
    shopper.reload_until("Thank you. News of it goes to artist@example.com.")
    number = re.search(r"SS-\d{6}-\d{4}", shopper.page)
    assert number

    shopper.open("/sandbox/?")
    shopper.reload_until(f">{number[0]}<")
    order = re.search(rf'href="(/sandbox/orders/[0-9a-f]{{24}}/)">{number[0]}<', shopper.page)
    assert order
    picture = re.search(r'<img src="(/sandbox/printify/uploads/[^"]+)"', shopper.open(order[1]))
    assert picture, shopper.page
    assert shopper.kind_of(picture[1]) in {"image/jpeg", "image/png"}
