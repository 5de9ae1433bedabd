"""The shop and its products in the browser: what is shown, what can be chosen, and what is refused."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.generations.models import GenerationJob
from apps.orders.models import CartLine, ProductPicture, Variant
from tests.orders.factories import ProductFactory
from tests.orders.wares import picture_of, pictured, poster

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]


def page_of(variant: Variant) -> str:
    return f"/shop/{variant.product_id}/"


def test_the_shop_shows_what_can_be_bought_and_from_how_much(client: Client) -> None:
    variant = poster()
    poster("A4", product=variant.product, price_minor=1800)
    poster("Gone", product=ProductFactory.create(title="Old mug"), is_available=False)

    shown = client.get("/shop/").content.decode()

    assert "Poster" in shown
    assert "from £18.00" in shown
    assert "Old mug" not in shown


def test_an_empty_shop_says_that_it_is_being_filled(client: Client) -> None:
    assert "The shop is being filled" in client.get("/shop/").content.decode()


def test_the_shop_costs_the_same_however_much_it_sells(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        pictured(poster().product)

    with django_assert_num_queries(2):
        client.get("/shop/")


def test_a_product_costs_seven_queries_for_a_person(
    owner: User, browser_of: BrowserOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    variant, browser = poster(), browser_of(owner)
    picture_of(owner)
    browser.get("/shop/")

    with django_assert_num_queries(7):
        browser.get(page_of(variant))


def test_a_sold_out_variant_is_shown_and_cannot_be_chosen(client: Client) -> None:
    variant = poster()
    gone = poster("A2", product=variant.product, is_available=False)

    assert "Sold out" in client.get(page_of(variant)).content.decode()
    answer = client.post(page_of(variant), {"variant": gone.pk, "quantity": 1})

    assert answer.status_code == 422
    assert "sold out" in answer.content.decode()


@pytest.mark.parametrize("product_id", [uuid4(), "archived"])
def test_a_product_that_is_not_sold_does_not_exist(client: Client, product_id: object) -> None:
    if product_id == "archived":
        product_id = poster(product=ProductFactory.create(archived_at=timezone.now())).product_id

    assert client.get(f"/shop/{product_id}/").status_code == 404


def test_a_guest_puts_something_in_and_every_page_says_so(client: Client) -> None:
    variant = poster()

    answer = client.post(page_of(variant), {"variant": variant.pk, "quantity": 2}, follow=True)

    assert answer.redirect_chain == [("/cart/", 302)]
    shown = answer.content.decode()
    assert "£52.00" in shown
    assert client.session["cart_count"] == 2
    assert 'href="/cart/"' in client.get("/").content.decode()


class TestArtwork:
    def test_ones_own_pictures_can_be_chosen_and_previewed(self, owner: User, browser_of: BrowserOf) -> None:
        variant, image = poster(), picture_of(owner)

        fragment = browser_of(owner).get(
            page_of(variant), {"image": str(image.pk)}, headers={"HX-Request": "true", "HX-Target": "preview"}
        )

        shown = fragment.content.decode()
        assert f"/gallery/{image.job_id}/images/1/" in shown
        assert "<html" not in shown

    def test_it_goes_into_the_cart(self, owner: User, browser_of: BrowserOf) -> None:
        variant, image = poster(), picture_of(owner)

        browser_of(owner).post(page_of(variant), {"variant": variant.pk, "image": image.pk, "quantity": 1})

        assert CartLine.objects.get().image == image

    def test_a_strangers_picture_is_refused(self, owner: User, stranger: User, browser_of: BrowserOf) -> None:
        variant, image, browser = poster(), picture_of(owner), browser_of(stranger)

        asked = {"variant": variant.pk, "image": image.pk, "quantity": 1}
        answer = browser.post(page_of(variant), asked)

        assert answer.status_code == 422
        assert "can’t be printed" in answer.content.decode()
        assert not CartLine.objects.exists()
        assert str(image.job_id) not in browser.get(page_of(variant), {"image": str(image.pk)}).content.decode()
        assert browser.get("/shop/", {"image": str(image.pk)}).status_code == 302

    def test_a_picture_whose_file_is_gone_is_refused(self, owner: User, browser_of: BrowserOf) -> None:
        variant, image = poster(), picture_of(owner)
        GenerationJob.objects.update(pruned_at=timezone.now())

        answer = browser_of(owner).post(page_of(variant), {"variant": variant.pk, "image": image.pk, "quantity": 1})

        assert answer.status_code == 422

    def test_a_product_with_a_design_of_its_own_takes_none(self, owner: User, browser_of: BrowserOf) -> None:
        variant, image = poster(product=ProductFactory.create(takes_artwork=False)), picture_of(owner)

        answer = browser_of(owner).post(page_of(variant), {"variant": variant.pk, "image": image.pk, "quantity": 1})

        assert answer.status_code == 422

    def test_the_shop_keeps_the_picture_in_mind(self, owner: User, browser_of: BrowserOf) -> None:
        variant, image = poster(), picture_of(owner)

        shown = browser_of(owner).get("/shop/", {"image": str(image.pk)}).content.decode()

        assert f"{page_of(variant)}?image={image.pk}" in shown

    @pytest.mark.parametrize("nonsense", ["1", "../..", "\0"])
    def test_nonsense_is_no_picture(self, client: Client, nonsense: str) -> None:
        assert client.get(page_of(poster()), {"image": nonsense}).status_code == 200


def test_a_products_picture_may_be_kept_for_good(client: Client) -> None:
    picture = pictured(poster().product)

    answer = client.get(f"/shop/pictures/{picture.pk}/")

    assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_picture_that_never_came_does_not_exist(client: Client) -> None:
    picture = ProductPicture.objects.create(product=poster().product, position=0, source_url="https://x.example/1")

    assert client.get(f"/shop/pictures/{picture.pk}/").status_code == 404
