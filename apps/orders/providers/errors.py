"""What goes wrong with a provider: the same for all of them."""

from apps.common.providers import ProviderError

__all__ = ["NotThere", "ProviderError"]


class NotThere(ProviderError):
    """The provider doesn't know what was asked for."""
