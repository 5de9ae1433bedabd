"""A provider's pictures on their way into private storage: checked, given a thumbnail, stored, or thrown away."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from apps.generations.providers.base import GeneratedImage, ProviderError
from apps.generations.providers.pictures import opened, unusable

THUMBNAIL_PX = 480
SUFFIXES = {"image/png": "png", "image/webp": "webp", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """Where a picture lies in the storage, and what it is."""

    file: str
    thumbnail: str
    width: int
    height: int
    media_type: str


def store(job_id: UUID, attempt: int, images: Iterable[GeneratedImage]) -> tuple[StoredImage, ...]:
    """Stores the pictures of one attempt at a job. Raises ProviderError for one that is no picture, and removes the
    others of that attempt.

    OSError (a full disk, say) comes through and may leave half a file; `discard_remains` finds that too.
    """
    stored: list[StoredImage] = []
    try:
        for position, image in enumerate(images, start=1):
            stored.append(_store_one(f"{_folder(job_id)}/{attempt}-{position}", image))
    except ProviderError:
        discard(stored)
        raise
    return tuple(stored)


def discard(images: Iterable[StoredImage]) -> None:
    """Removes the files."""
    for image in images:
        default_storage.delete(image.file)
        default_storage.delete(image.thumbnail)


def discard_remains(job_id: UUID) -> None:
    """Removes whatever the job has stored, also by a worker that was killed, and the half of a file that a full disk
    had room for. Where the storage refuses, it stays.
    """
    with suppress(OSError):
        _remove(_left_in_folder(job_id))


def remove_files(job_id: UUID, names: Iterable[str]) -> int:
    """Removes the named files and whatever else lies in the job's folder, then the folder. Returns how many files
    there were. What is gone already is no error; raises OSError where the storage refuses.
    """
    removed = _remove({name for name in names if default_storage.exists(name)} | _left_in_folder(job_id))
    default_storage.delete(_folder(job_id))
    return removed


def _remove(names: Collection[str]) -> int:
    for name in names:
        default_storage.delete(name)
    return len(names)


def _left_in_folder(job_id: UUID) -> set[str]:
    folder = _folder(job_id)
    try:
        return {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
    except FileNotFoundError:
        return set()


def _folder(job_id: UUID) -> str:
    """By the id's last digits, which are random, so that no folder grows without end."""
    return f"generations/{str(job_id)[-2:]}/{job_id}"


def _store_one(stem: str, image: GeneratedImage) -> StoredImage:
    picture = _open(image)
    file = default_storage.save(f"{stem}.{SUFFIXES[image.media_type]}", ContentFile(image.content))
    thumbnail = default_storage.save(f"{stem}-thumbnail.webp", ContentFile(_thumbnail(picture)))
    return StoredImage(
        file=file, thumbnail=thumbnail, width=picture.width, height=picture.height, media_type=image.media_type
    )


def _open(image: GeneratedImage) -> Image.Image:
    """The decoded picture. What can't be decoded, or isn't what it says it is, is refused."""
    picture = opened(image.content)
    if image.media_type not in SUFFIXES or Image.MIME.get(picture.format or "") != image.media_type:
        raise unusable()
    return picture


def _thumbnail(picture: Image.Image) -> bytes:
    small = picture.convert("RGB")
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    buffer = BytesIO()
    small.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()
