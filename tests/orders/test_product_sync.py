"""The catalogue follows the print provider: what is new, what changed, what is gone, and what goes wrong."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from PIL import Image

from apps.orders import product_pictures, product_sync
from apps.orders.models import Product, ProductPicture, Variant
from apps.orders.product_sync import Synced, sync_products
from apps.orders.providers.errors import ProviderError
from apps.orders.providers.printify import Printify
from tests.http_stand_in import Answer, StandIn
from tests.orders.factories import NOON, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db

Lines = Callable[[], list[str]]


def listed(id: str = "p1", **changes: Any) -> dict[str, Any]:
    """A product as the provider lists it."""
    variant = {"id": 1, "sku": "S1", "title": "A4", "price": 1800, "is_enabled": True, "is_available": True}
    return {
        "id": id,
        "title": "Poster",
        "description": "<p>Satin paper.</p>",
        "visible": True,
        "variants": [variant],
        "images": [],
        "print_areas": [{"variant_ids": [1], "placeholders": [{"position": "front", "images": []}]}],
    } | changes


def one_page(*products: dict[str, Any]) -> Answer:
    return Answer({"data": list(products), "current_page": 1, "last_page": 1})


@pytest.fixture
def printify(provider: StandIn) -> Iterator[Printify]:
    with Printify(token="secret", shop_id="7", base=f"{provider.url}/v1") as client:
        yield client


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with StandIn().running() as running:
        yield running


@pytest.fixture
def sync(printify: Printify, provider: StandIn) -> Callable[..., Synced]:
    """Syncs with a provider that lists these products."""

    def run(*products: dict[str, Any]) -> Synced:
        provider.answering(one_page(*products))
        return sync_products(printify, now=NOON)

    return run


def png(size: tuple[int, int] = (1200, 800)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, (200, 90, 40)).save(file, "PNG")
    return file.getvalue()


def test_a_product_is_taken_over_with_its_variants(sync: Callable[..., Synced], lines: Lines) -> None:
    assert sync(listed()) == Synced(products=1, updated=1, archived=0)

    product = Product.objects.get()
    assert (product.title, product.description, product.takes_artwork) == ("Poster", "Satin paper.", True)
    variant = product.variants.get()
    assert (variant.title, variant.price_minor, variant.currency, variant.sku) == ("A4", 1800, "GBP", "S1")
    assert lines() == ["Product sync started (Printify)", "Product sync complete — 1 product, 1 updated"]


def test_what_has_not_changed_is_not_counted_as_updated(sync: Callable[..., Synced]) -> None:
    sync(listed(), listed("p2"))

    assert sync(listed(title="Large poster"), listed("p2")) == Synced(products=2, updated=1, archived=0)


def test_what_is_gone_is_archived_and_comes_back_as_the_same(sync: Callable[..., Synced]) -> None:
    sync(listed(), listed("p2"))
    before = Product.objects.get(provider_id="p2").pk

    assert sync(listed()).archived == 1
    assert not Product.objects.on_sale().filter(provider_id="p2").exists()

    sync(listed(), listed("p2"))
    assert Product.objects.on_sale().get(provider_id="p2").pk == before


def test_a_variant_that_is_gone_can_no_longer_be_bought(sync: Callable[..., Synced]) -> None:
    first, second = listed()["variants"][0], listed()["variants"][0] | {"id": 2, "title": "A3"}
    sync(listed(variants=[first, second]))

    sync(listed(variants=[second, first | {"is_enabled": False}]))

    assert [variant.title for variant in Variant.objects.on_sale()] == ["A3"]


@pytest.mark.parametrize("gone", [{"visible": False}, {"is_deleted": True}, {"variants": []}])
def test_what_the_provider_does_not_sell_is_not_taken_over(sync: Callable[..., Synced], gone: dict[str, Any]) -> None:
    sync(listed("other"), listed(**gone))

    assert [product.provider_id for product in Product.objects.all()] == ["other"]


def test_a_design_of_its_own_takes_no_artwork(sync: Callable[..., Synced]) -> None:
    drawn = {"position": "front", "images": [{"id": "1"}]}

    sync(listed(print_areas=[{"variant_ids": [1], "placeholders": [drawn]}]))

    assert Product.objects.get().takes_artwork is False


def test_prices_carry_the_markup_rounded_up_and_the_shops_currency(
    sync: Callable[..., Synced], settings: LazySettings
) -> None:
    settings.SHOP_MARKUP_PERCENT, settings.SHOP_CURRENCY = 7, "EUR"

    sync(listed())

    assert Variant.objects.values_list("price_minor", "currency").get() == (1926, "EUR")
    assert product_sync.price_minor(1850) == 1980


def test_a_provider_that_fails_changes_nothing_and_is_logged(
    printify: Printify, provider: StandIn, lines: Lines
) -> None:
    VariantFactory.create()
    provider.answering(
        Answer({"data": [listed()], "last_page": 2}), Answer({"message": "API rate limit exceeded"}, 429)
    )

    with pytest.raises(ProviderError):
        sync_products(printify, now=NOON)

    assert Product.objects.filter(archived_at=None).count() == 1
    assert lines() == ["Product sync started (Printify)", "Product sync failed: API rate limit exceeded"]


def test_a_provider_that_lists_nothing_archives_nothing(sync: Callable[..., Synced]) -> None:
    VariantFactory.create(product=ProductFactory.create())

    with pytest.raises(ProviderError, match="no products"):
        sync()

    assert Product.objects.on_sale().count() == 1


class TestPictures:
    @pytest.fixture(autouse=True)
    def _from_here(self, settings: LazySettings, provider: StandIn) -> None:
        settings.SHOP_PICTURE_ORIGINS = (provider.url,)

    def test_they_are_fetched_scaled_and_written_anew(
        self, printify: Printify, provider: StandIn, settings: LazySettings
    ) -> None:
        picture = {"src": f"{provider.url}/a.png", "variant_ids": [1]}
        provider.answering(one_page(listed(images=[picture])), Answer(png()))

        sync_products(printify, now=NOON)

        kept = ProductPicture.objects.get()
        assert (kept.width, kept.height) == (960, 640)
        with Image.open(Path(settings.MEDIA_ROOT) / str(kept.file)) as written:
            assert written.format == "WEBP"

    def test_one_that_is_no_picture_is_left_for_the_next_sync(self, printify: Printify, provider: StandIn) -> None:
        product = listed(images=[{"src": f"{provider.url}/a.png", "variant_ids": [1]}])
        provider.answering(one_page(product), Answer(b"<svg>"), one_page(product), Answer(png()))

        sync_products(printify, now=NOON)
        assert not ProductPicture.objects.get().file

        sync_products(printify, now=NOON)
        assert ProductPicture.objects.get().file

    def test_nothing_is_fetched_from_where_nobody_allowed_it(
        self, sync: Callable[..., Synced], provider: StandIn, settings: LazySettings
    ) -> None:
        settings.SHOP_PICTURE_ORIGINS = ()

        sync(listed(images=[{"src": f"{provider.url}/a.png", "variant_ids": []}]))

        assert len(provider.asked) == 1
        assert not ProductPicture.objects.get().file

    def test_one_that_changed_is_a_new_row_and_its_old_file_goes(
        self,
        printify: Printify,
        provider: StandIn,
        settings: LazySettings,
        django_capture_on_commit_callbacks: Callable[..., Any],
    ) -> None:
        for name in "ab":
            picture = {"src": f"{provider.url}/{name}.png", "variant_ids": [1]}
            provider.answering(one_page(listed(images=[picture])), Answer(png()))
            with django_capture_on_commit_callbacks(execute=True):
                sync_products(printify, now=NOON)

        (kept,) = ProductPicture.objects.all()
        files = list((Path(settings.MEDIA_ROOT) / "products").rglob("*.webp"))
        assert [path.name for path in files] == [Path(str(kept.file)).name]

    def test_those_that_are_there_are_not_fetched_again(self, printify: Printify, provider: StandIn) -> None:
        product = listed(images=[{"src": f"{provider.url}/a.png", "variant_ids": [1]}])
        provider.answering(one_page(product), Answer(png()), one_page(product))

        assert sync_products(printify, now=NOON).updated == 1
        assert sync_products(printify, now=NOON).updated == 0
        assert product_pictures.fetch_missing() == 0
