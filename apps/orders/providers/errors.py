"""What goes wrong with a provider: the same for all of them."""

from apps.common.providers import ProviderError

__all__ = ["ProviderError"]
