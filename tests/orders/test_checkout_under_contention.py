"""Many hands on one checkout button."""

import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.orders import carts
from apps.orders.carts import Shopper
from apps.orders.checkout import Addresses, begin_checkout
from apps.orders.models import Order
from tests.http_stand_in import Answer, StandIn
from tests.orders.factories import NOON
from tests.orders.wares import poster
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

GUEST = Shopper(None, "guest-token")
PAGE = {"id": "cs_1", "object": "checkout.session", "url": "https://checkout.stripe.com/1", "expires_at": 1_795_000_000}


def press(_: int) -> str:
    return begin_checkout(
        shopper=GUEST,
        email="guest@example.com",
        seen_total_minor=2600,
        addresses=Addresses("https://shop.example", "/cart/"),
        now=timezone.now(),
    )


def test_pressed_by_six_hands_it_is_one_order_and_one_page(settings: LazySettings) -> None:
    carts.put_in(shopper=GUEST, variant=poster(), quantity=1, now=NOON)
    with StandIn().running() as stripe:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_1", stripe.url
        stripe.answering(*[Answer(PAGE)] * 6)

        outcomes = at_once(6, press)

    assert not outcomes.errors
    assert set(outcomes.answers) == {"https://checkout.stripe.com/1"}
    assert Order.objects.get().stripe_session_id == "cs_1"
    assert len({asked.headers["Idempotency-Key"] for asked in stripe.asked}) == 1
