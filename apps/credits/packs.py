"""Credits that are sold by the pack. The more, the cheaper each."""

from typing import Final, NamedTuple


class Pack(NamedTuple):
    """So many credits for so much, in the currency's minor unit."""

    slug: str
    credits: int
    price_minor: int
    currency: str


PACKS: Final = (
    Pack("small", 100, 500, "GBP"),
    Pack("medium", 500, 2_000, "GBP"),
    Pack("large", 2_000, 7_000, "GBP"),
)


def find_pack(slug: str) -> Pack | None:
    """The pack that is sold under the name."""
    return next((pack for pack in PACKS if pack.slug == slug), None)


def purchase_key(session_id: str) -> str:
    """What makes the purchase that a payment page was for unique in the ledger."""
    return f"pack:{session_id}"
