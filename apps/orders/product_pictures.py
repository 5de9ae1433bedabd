"""Pictures of products: fetched from the provider and written anew. Pages load nothing from elsewhere."""

from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO
from secrets import token_hex
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from apps.common.bounded_http import Bounds, Deadline, ExchangeFailed
from apps.common.fetching import Sources, fetch
from apps.generations.providers.base import ProviderError as NotAPicture
from apps.generations.providers.pictures import upright
from apps.orders.models import Product, ProductPicture
from apps.orders.providers.products import PictureReport

log = structlog.get_logger(__name__)

LARGEST_PX: Final = 960
MAX_BYTES: Final = 12_000_000
TIMEOUT_S: Final = 20.0
# So many a sync; the others come with the next one, so that a sync ends well within a task's time.
MOST_AT_ONCE: Final = 200


def take_over(product: Product, reports: Sequence[PictureReport]) -> bool:
    """Notes which pictures the product has; those with a new address are fetched later. Whether anything was new.

    A new picture is a new row, so that its address changes and browsers may keep what they have.
    """
    variants = {variant.provider_id: variant.pk for variant in product.variants.filter(archived_at=None)}
    told = [(report.source_url, _only_variant(report, variants)) for report in reports]
    known = {picture.position: picture for picture in product.pictures.all()}
    same = {place for place, each in enumerate(told) if place in known and _identity(known[place]) == each}
    outdated = [picture for place, picture in known.items() if place not in same]
    _remove(outdated)
    ProductPicture.objects.bulk_create(
        ProductPicture(product=product, position=place, source_url=address, variant_id=variant)
        for place, (address, variant) in enumerate(told)
        if place not in same
    )
    return bool(outdated) or len(same) < len(told)


def fetch_missing() -> int:
    """Fetches pictures that aren't here yet; how many came. One that can't be had is left for the next time."""
    missing = ProductPicture.objects.filter(file="", product__archived_at=None).order_by("position", "pk")
    return sum(_fetch_one(picture) for picture in missing[:MOST_AT_ONCE])


def _fetch_one(picture: ProductPicture) -> bool:
    try:
        content, width, height = _rewritten(_fetched(picture.source_url))
    except (ExchangeFailed, NotAPicture) as error:
        log.warning("picture not fetched", product=str(picture.product_id), error=str(error))
        return False
    name = default_storage.save(f"products/{picture.product_id}/{token_hex(8)}.webp", ContentFile(content))
    mine = ProductPicture.objects.filter(pk=picture.pk, file="")
    if not mine.update(file=name, width=width, height=height):
        default_storage.delete(name)
        return False
    return True


def _fetched(address: str) -> bytes:
    sources = Sources(hosts=settings.SHOP_PICTURE_HOSTS, origins=settings.SHOP_PICTURE_ORIGINS)
    return fetch(address, sources=sources, bounds=Bounds(deadline=Deadline(TIMEOUT_S), max_bytes=MAX_BYTES))


def _rewritten(content: bytes) -> tuple[bytes, int, int]:
    """The pixels as a file of our own making, no larger than a page shows them; with width and height."""
    picture = upright(content).convert("RGB")
    picture.thumbnail((LARGEST_PX, LARGEST_PX))
    file = BytesIO()
    picture.save(file, "WEBP", quality=84)
    return file.getvalue(), *picture.size


def _only_variant(report: PictureReport, variants: Mapping[str, UUID]) -> UUID | None:
    """The variant that a picture is of, where it is of one only."""
    of = [key for provider_id, key in variants.items() if provider_id in report.variant_ids]
    return of[0] if len(of) == 1 < len(variants) else None


def _identity(picture: ProductPicture) -> tuple[str, UUID | None]:
    return picture.source_url, picture.variant_id


def _remove(pictures: Sequence[ProductPicture]) -> None:
    """The rows now, the files once that holds."""
    ProductPicture.objects.filter(pk__in=[picture.pk for picture in pictures]).delete()
    for picture in pictures:
        if picture.file.name:
            transaction.on_commit(partial(default_storage.delete, picture.file.name))
