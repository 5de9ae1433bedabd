"""What things cost, in credits: each app that sells for credits says so here, so that this app needs to know none."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One thing that credits buy."""

    what: str | Promise
    credits: int


_prices: list[Price] = []


def register(price: Price) -> Price:
    """Lists the price on the credits page."""
    _prices.append(price)
    return price


def all_prices() -> list[Price]:
    """Every price, the lowest first."""
    return sorted(_prices, key=lambda price: price.credits)
