"""What a job asks of an image provider, what it gets back, and how a provider says no."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One order for images, in our own words; each provider translates it into its own.

    `quality` is 'standard' or 'hq'; `aspect_ratio` is a key of `ASPECT_RATIOS`.
    """

    prompt: str
    quality: str
    aspect_ratio: str
    image_count: int
    seed: int


@dataclass(frozen=True, slots=True)
class GeneratedImage:
    """One finished picture: an encoded file and its size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


class Provider(Protocol):
    """A source of images. `name` and `model` are stored with the job."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    def generate(self, request: ImageRequest) -> Sequence[GeneratedImage]:
        """Return exactly `request.image_count` images, or raise `ProviderError`."""
        ...


class ProviderError(Exception):
    """The provider gave no images.

    `message` may be shown to a person as it is. `code` is a short stable identifier
    ('content_refused', 'provider_busy', 'provider_timeout', 'bad_image', …). A `permanent`
    error comes again however often the request is repeated; any other is worth a retry,
    not before `retry_after_s` seconds when the provider named a time.
    """

    def __init__(
        self,
        message: str,
        code: str,
        *,
        permanent: bool,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.permanent = permanent
        self.retry_after_s = retry_after_s
