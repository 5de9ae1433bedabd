"""A cart: what can be put in, changed, taken out and put back, and how a guest's becomes a person's."""

from datetime import UTC, datetime

import pytest

from apps.accounts.models import User
from apps.orders import carts
from apps.orders.cart_contents import contents_of
from apps.orders.carts import Removed, Shopper
from apps.orders.models import Cart, Variant
from tests.orders.factories import NOON
from tests.orders.wares import picture_of, poster

pytestmark = pytest.mark.django_db

GUEST = Shopper(None, "guest-token")


def put_in(shopper: Shopper, variant: Variant, quantity: int = 1, **more: object) -> Cart:
    return carts.put_in(shopper=shopper, variant=variant, quantity=quantity, now=NOON, **more)  # type: ignore[arg-type]


def quantities(cart: Cart | None) -> list[int]:
    return [line.quantity for line in contents_of(cart).lines]


def test_the_same_thing_twice_is_one_line(owner: User) -> None:
    variant = poster()

    put_in(Shopper(owner), variant)
    cart = put_in(Shopper(owner), variant, 2)

    assert quantities(cart) == [3]
    assert contents_of(cart).total_minor == 7800


def test_with_another_picture_it_is_another_thing(owner: User) -> None:
    variant, image = poster(), picture_of(owner)

    put_in(Shopper(owner), variant)
    cart = put_in(Shopper(owner), variant, image=image)

    assert quantities(cart) == [1, 1]


def test_no_more_than_99_of_a_thing(owner: User) -> None:
    variant = poster()

    put_in(Shopper(owner), variant, 60)

    assert quantities(put_in(Shopper(owner), variant, 60)) == [99]


def test_a_full_cart_takes_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carts, "MAX_LINES", 1)
    put_in(GUEST, poster())

    with pytest.raises(carts.CartIsFull):
        put_in(GUEST, poster())

    assert contents_of(carts.open_cart(GUEST)).count == 1


def test_what_was_taken_out_can_be_put_back(owner: User) -> None:
    shopper, image = Shopper(owner), picture_of(owner)
    cart = put_in(shopper, poster(), 3, image=image)
    (line,) = contents_of(cart).lines

    removed = carts.take_out(cart=cart, line_id=line.id, now=NOON)
    assert quantities(cart) == []
    assert removed
    assert carts.put_back(shopper=shopper, removed=removed, now=NOON)

    (back,) = contents_of(cart).lines
    assert (back.quantity, back.image) == (3, image)


def test_what_was_sold_out_meanwhile_is_not_put_back() -> None:
    variant = poster(is_available=False)

    assert not carts.put_back(shopper=GUEST, removed=Removed(variant.pk, None, 1), now=NOON)


def test_a_strangers_picture_is_not_put_back(owner: User, stranger: User) -> None:
    removed = Removed(poster().pk, picture_of(owner).pk, 1)

    assert not carts.put_back(shopper=Shopper(stranger), removed=removed, now=NOON)


def test_a_guests_things_are_added_to_the_persons(owner: User) -> None:
    variant, other = poster(), poster()
    put_in(GUEST, variant, 2)
    put_in(GUEST, other)
    put_in(Shopper(owner), variant)

    assert carts.merge_guest_cart(user=owner, token="guest-token", now=NOON)

    assert sorted(quantities(carts.open_cart(Shopper(owner)))) == [1, 3]
    assert carts.open_cart(GUEST) is None
    assert not carts.merge_guest_cart(user=owner, token="guest-token", now=NOON)


def test_a_persons_cart_knows_where_to_write(owner: User) -> None:
    assert put_in(Shopper(owner), poster()).email == "owner@example.com"


def test_prices_are_those_of_today(owner: User) -> None:
    variant = poster()
    cart = put_in(Shopper(owner), variant, 2)

    Variant.objects.update(price_minor=3000)

    assert contents_of(cart).total_minor == 6000


@pytest.mark.parametrize("change", [{"is_available": False}, {"archived_at": datetime(2026, 1, 1, tzinfo=UTC)}])
def test_what_can_no_longer_be_bought_is_marked(change: dict[str, object]) -> None:
    cart = put_in(GUEST, poster())

    Variant.objects.update(**change)

    assert len(contents_of(cart).unavailable) == 1
