"""Brings the catalogue up to date with the print provider: the only writer of products, variants and pictures.

What is gone at the provider is archived, never deleted, because old orders name it. A provider that suddenly lists
nothing at all is taken for a mistake: nothing is archived then.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from apps.orders import product_pictures
from apps.orders.log import log_event
from apps.orders.models import Product, Variant
from apps.orders.providers.errors import ProviderError
from apps.orders.providers.products import ProductReport, VariantReport, read_product

log = structlog.get_logger(__name__)

PROVIDER: Final = "printify"
# Any number that no other lock of this database has.
_LOCK: Final = 7_201_604


class Source(Protocol):
    """Whoever lists products as the provider describes them. Raises ProviderError."""

    def products(self) -> Iterable[Mapping[str, Any]]: ...


class Synced(NamedTuple):
    """How many products there are, how many of them changed or are new, and how many went."""

    products: int
    updated: int
    archived: int


def sync_products(source: Source, *, now: datetime) -> Synced:
    """Takes over what the provider lists, then fetches pictures that are new. Raises ProviderError.

    A failure is logged after its rollback; a picture that can't be fetched is tried again with the next sync.
    """
    log_event("sync.started", payload={"provider": PROVIDER})
    try:
        synced = _take_over(_listed(source), now)
    except (ProviderError, DatabaseError) as error:
        log_event("sync.failed", payload={"provider": PROVIDER, "reason": _reason(error)})
        raise
    log_event("sync.completed", payload={"provider": PROVIDER, **synced._asdict()})
    product_pictures.fetch_missing()
    return synced


def catalogue_is_empty() -> bool:
    """Whether no product has ever been taken over."""
    return not Product.objects.exists()


def _listed(source: Source) -> list[ProductReport]:
    """Everything before anything is written: the provider may fail on its last page."""
    reports = (read_product(product) for product in source.products())
    listed = {report.provider_id: report for report in reports if report}
    if not listed and Product.objects.on_sale().exists():
        raise ProviderError("the provider lists no products; those we have were kept")
    return list(listed.values())


@transaction.atomic
def _take_over(reports: list[ProductReport], now: datetime) -> Synced:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    updated = sum(_take_over_one(report, now) for report in reports)
    listed = [report.provider_id for report in reports]
    gone = Product.objects.filter(provider=PROVIDER, archived_at=None).exclude(provider_id__in=listed)
    archived = gone.update(archived_at=now)
    Product.objects.filter(provider=PROVIDER, provider_id__in=listed).update(synced_at=now)
    return Synced(len(reports), updated, archived)


def _take_over_one(report: ProductReport, now: datetime) -> bool:
    """Whether anything about the product was new."""
    told = {"title": report.title, "description": report.description, "takes_artwork": report.takes_artwork}
    product, is_new = Product.objects.get_or_create(
        provider=PROVIDER, provider_id=report.provider_id, defaults={**told, "synced_at": now}
    )
    has_changed = _change(product, told | {"archived_at": None})
    has_changed |= _take_over_variants(product, report.variants, now)
    has_changed |= product_pictures.take_over(product, report.pictures)
    return is_new or has_changed


def _take_over_variants(product: Product, reports: tuple[VariantReport, ...], now: datetime) -> bool:
    known = {variant.provider_id: variant for variant in product.variants.all()}
    has_changed = False
    for position, report in enumerate(reports):
        told = _sold_as(report, position)
        if variant := known.pop(report.provider_id, None):
            has_changed |= _change(variant, told)
        else:
            Variant.objects.create(product=product, provider_id=report.provider_id, **told)
            has_changed = True
    gone = [variant.pk for variant in known.values() if variant.archived_at is None]
    return bool(Variant.objects.filter(pk__in=gone).update(archived_at=now)) or has_changed


def _sold_as(report: VariantReport, position: int) -> dict[str, Any]:
    return {
        "sku": report.sku,
        "title": report.title,
        "price_minor": price_minor(report.price_minor),
        "currency": settings.SHOP_CURRENCY,
        "position": position,
        "is_available": report.is_available,
        "archived_at": None,
    }


def price_minor(provider_price_minor: int) -> int:
    """What a customer pays: the price set at the provider and our markup, rounded up to the minor unit."""
    return -(-provider_price_minor * (100 + settings.SHOP_MARKUP_PERCENT) // 100)


def _change(row: Product | Variant, told: Mapping[str, Any]) -> bool:
    """Writes what differs; whether anything did."""
    different = [name for name, value in told.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, told[name])
    if different:
        row.save(update_fields=different)
    return bool(different)


def _reason(error: ProviderError | DatabaseError) -> str:
    """A provider's words; a database's are for the log of the process only."""
    if isinstance(error, ProviderError):
        return error.message.rstrip(".")
    log.error("products not written", exc_info=error)
    return "the catalogue couldn't be written"
