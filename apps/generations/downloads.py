"""Who took which image away, and when."""

from apps.accounts.models import User
from apps.generations.models import GenerationImage, ImageDownload


def note_download(*, user: User, image: GenerationImage) -> ImageDownload:
    """Writes down that the person took the image away."""
    return ImageDownload.objects.create(user=user, job_id=image.job_id, image=image)
