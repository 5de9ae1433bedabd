"""A web process killed in the middle of a checkout: the cart is as it was, and leads to one order and one page."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest
import requests
from django.test import Client

from apps.orders.models import Cart, Order, Variant
from apps.orders.states import Status
from apps.webhooks.models import DeliveryStatus
from tests import running
from tests.faults.patience import PATIENCE_SECONDS, eventually
from tests.faults.reporting import Report
from tests.faults.sessions import held, wait_for_a_row
from tests.http_stand_in import Answer, Asked, StandIn
from tests.orders.deliveries import session, told_by_stripe
from tests.orders.factories import VariantFactory

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

PAGE = "https://checkout.stripe.example/"
BEFORE, MADE = "before it is made", "after it was made"


class PaymentPages(StandIn):
    """Stripe's sessions, one for each idempotency key. ``holds`` says when the next call waits for ``may_go_on``."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str, str] = {}
        self.holds = ""
        self.is_held, self.may_go_on = Event(), Event()

    def hold(self, when: str) -> None:
        self.holds = when
        self.is_held.clear()
        self.may_go_on.clear()

    def go_on(self) -> None:
        self.holds = ""
        self.may_go_on.set()

    def answer_to(self, asked: Asked) -> Answer:
        if self._waits(BEFORE):
            return Answer("", 503)
        number = self.made.setdefault(asked.headers["Idempotency-Key"], f"cs_{len(self.made) + 1}")
        self._waits(MADE)
        page = {"id": number, "object": "checkout.session", "url": f"{PAGE}{number}", "expires_at": 1_795_000_000}
        return Answer(page, headers={"Content-Type": "application/json"})

    def _waits(self, when: str) -> bool:
        if self.holds != when:
            return False
        self.is_held.set()
        return self.may_go_on.wait(PATIENCE_SECONDS)


@pytest.fixture
def pages() -> Iterator[PaymentPages]:
    stripe = PaymentPages()
    with stripe.running():
        yield stripe
        stripe.go_on()


class Guest:
    """Somebody with a thing in the cart, in a browser of their own."""

    def __init__(self, site: str, variant: Variant) -> None:
        shop = Client()
        shop.post(f"/shop/{variant.product_id}/", {"variant": variant.pk, "quantity": 1})
        self._site, self._browser = site, requests.Session()
        self._browser.cookies.set(running.SESSION_COOKIE, str(shop.session.session_key))
        self.cart = Cart.objects.latest("created_at")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self._browser.get(f"{site}/cart/").text)
        assert token
        self._form = {"csrfmiddlewaretoken": token[1], "seen_total": variant.price_minor, "email": "guest@example.com"}

    def check_out(self) -> str:
        """Where it leads to; nothing where the connection broke."""
        try:
            answer = self._browser.post(f"{self._site}/cart/checkout/", self._form, allow_redirects=False, timeout=60)
        except requests.ConnectionError:
            return ""
        return answer.headers["Location"]

    @property
    def order(self) -> Order:
        return self.cart.orders.get()


def kill_while_it_checks_out(web: running.Web, guest: Guest, pages: PaymentPages, when: str) -> None:
    pages.hold(when or MADE)
    with ThreadPoolExecutor(1) as pressing, ExitStack() as holding:
        pressed = pressing.submit(guest.check_out)
        eventually(pages.is_held.is_set)
        if not when:
            holding.enter_context(held(guest.order))
            pages.go_on()
            eventually(lambda: wait_for_a_row(1))
        web.kill_workers()
        assert pressed.result(PATIENCE_SECONDS) == ""
        pages.go_on()


def test_a_web_process_killed_anywhere_in_a_checkout_leaves_one_order_and_one_page_which_can_be_paid(
    pages: PaymentPages, tmp_path: Path, report: Report
) -> None:
    """Before Stripe makes the page, after it did and before we heard of it, and before we have written that down."""
    told = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1", "STRIPE_API_BASE": pages.url}
    variant = VariantFactory.create()
    with running.web_server(tmp_path / "web.log", running.environment(**told)) as web:
        for number, when in enumerate((BEFORE, MADE, ""), start=1):
            guest = Guest(web.address, variant)
            kill_while_it_checks_out(web, guest, pages, when)
            # A statement that waited when its client was killed may still be carried out.
            assert guest.order.stripe_session_id in ({""} if when else {"", f"cs_{number}"})
            running.wait_until(lambda: running.answers(web.address), "pages answer again")

            assert guest.check_out() == f"{PAGE}cs_{number}"
            assert guest.order.stripe_session_id == f"cs_{number}"
            became = told_by_stripe("checkout.session.completed", session(guest.order), id=f"evt_{number}")
            assert became == DeliveryStatus.PROCESSED
            assert guest.order.status == Status.PAID
    assert len(pages.made) == Order.objects.count() == number
    report(f"{number} checkouts cut off, {number} orders, {len(pages.made)} payment pages")
