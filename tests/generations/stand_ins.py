"""Providers that do what a test needs, in place of the one that the settings choose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image

from apps.accounts.models import User
from apps.generations import operations
from apps.generations.images import StoredImage
from apps.generations.models import GenerationJob
from apps.generations.operations import Success
from apps.generations.providers.base import GeneratedImage, ImageRequest, ProviderError
from apps.generations.providers.sketch import SketchProvider
from tests.factories import wish

# Draws like the real one, only smaller and so at once.
SKETCH = SketchProvider(scale=0.1)


@dataclass
class Interrupted:
    """Delivers what the sketch provider draws, after something else has happened."""

    meanwhile: Callable[[], object]
    name: str = "interrupted"
    model: str = "interrupted-1"

    def generate(self, request: ImageRequest) -> Sequence[GeneratedImage]:
        images = SKETCH.generate(request)
        self.meanwhile()
        return images


@dataclass
class Delivering:
    """Delivers what it was given, whatever was asked."""

    images: Sequence[GeneratedImage]
    name: str = "delivering"
    model: str = "delivering-1"

    def generate(self, request: ImageRequest) -> Sequence[GeneratedImage]:
        return self.images


@dataclass
class Failing:
    """Raises."""

    error: Exception
    name: str = "failing"
    model: str = "failing-1"

    def generate(self, request: ImageRequest) -> Sequence[GeneratedImage]:
        raise self.error


def refusing(message: str = "No.", *, code: str = "no", permanent: bool = True) -> Failing:
    """A provider that says no."""
    return Failing(ProviderError(message, code, permanent=permanent))


def picture(*, side: int = 100) -> GeneratedImage:
    """A picture that can't be compressed: about three bytes a pixel."""
    buffer = BytesIO()
    Image.frombytes("RGB", (side, side), Random(side).randbytes(side * side * 3)).save(buffer, "PNG")
    return GeneratedImage(buffer.getvalue(), "image/png", side, side)


def made(user: User, images: int) -> GenerationJob:
    """Another job of the person's, which ended well."""
    job = operations.request(user=user, wish=wish(image_count=images))
    assert operations.claim(job.pk, attempt=1)
    assert operations.settle(job_id=job.pk, user_id=user.pk, outcome=Success(images=stored(images), metadata={}))
    return job


def stored(count: int) -> tuple[StoredImage, ...]:
    """So many images by name only, for tests that look at no file."""
    return tuple(
        StoredImage(file=f"{n}.png", thumbnail=f"{n}.webp", width=8, height=8, media_type="image/png")
        for n in range(count)
    )
