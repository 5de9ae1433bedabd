"""Many hands in one cart."""

import pytest

from apps.orders import carts
from apps.orders.cart_contents import contents_of
from apps.orders.carts import Shopper
from tests.orders.factories import NOON
from tests.orders.wares import poster
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

GUEST = Shopper(None, "guest-token")


def test_a_thing_put_in_by_eight_hands_is_eight_of_it() -> None:
    variant = poster()

    outcomes = at_once(8, lambda _: carts.put_in(shopper=GUEST, variant=variant, quantity=1, now=NOON))

    assert not outcomes.errors
    assert [line.quantity for line in contents_of(carts.open_cart(GUEST)).lines] == [8]
