"""What the shop shows: products that can be bought, and pictures of a person's own to print on them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Min, Prefetch, Q, QuerySet

from apps.accounts.models import User
from apps.generations.models import GenerationImage, JobKind
from apps.orders.models import Product, ProductPicture, Variant

# The newest of a person's pictures that a product page offers; any other is chosen from the gallery.
OFFERED = 12


@dataclass(frozen=True, slots=True)
class Artwork:
    """Pictures of the person's own: those to choose from, and the one that is chosen."""

    offered: tuple[GenerationImage, ...] = ()
    chosen: GenerationImage | None = None


def products_on_sale() -> QuerySet[Product]:
    """By title, each with ``from_minor`` and ``currency``, what it costs at least, and its first picture prefetched."""
    buyable = Q(variants__archived_at=None, variants__is_available=True)
    return (
        Product.objects.filter(archived_at=None)
        .annotate(from_minor=Min("variants__price_minor", filter=buyable), currency=Min("variants__currency"))
        .filter(from_minor__isnull=False)
        .by_title()
        .prefetch_related(_pictures())
    )


def product_page(product_id: UUID) -> Product | None:
    """A product that is sold, with its pictures and variants, those out of stock included; null where there is none."""
    variants = Variant.objects.filter(archived_at=None).order_by("position", "pk")
    products = Product.objects.on_sale().prefetch_related(_pictures(), Prefetch("variants", variants))
    return products.filter(pk=product_id).first()


def artwork_of(user: User | None, image_id: UUID | None) -> Artwork:
    """What the person can have printed. A picture that isn't theirs, or whose file is gone, isn't chosen."""
    if user is None:
        return Artwork()
    offered = _newest_of(user)
    chosen = next((image for image in offered if image.pk == image_id), None)
    if image_id and chosen is None and (chosen := user.generation_images.kept().filter(pk=image_id).first()):
        offered = (chosen, *offered[: OFFERED - 1])
    return Artwork(offered, chosen)


def _newest_of(user: User) -> tuple[GenerationImage, ...]:
    """By way of the jobs, whose index knows which are the person's newest."""
    jobs = user.generation_jobs.filter(kind=JobKind.COMPLETED, pruned_at=None).order_by("-occurred_at", "-id")
    newest = list(jobs.values_list("pk", flat=True)[:OFFERED])
    images = GenerationImage.objects.filter(job__in=newest)
    return tuple(sorted(images, key=lambda image: (newest.index(image.job_id), image.position))[:OFFERED])


def stored_picture(picture_id: int) -> ProductPicture | None:
    """A product's picture whose file is here."""
    return ProductPicture.objects.exclude(file="").filter(pk=picture_id).first()


def _pictures() -> Prefetch:  # type: ignore[type-arg]  # generic for the type checker only
    return Prefetch("pictures", ProductPicture.objects.exclude(file="").order_by("position"))
