"""Who may see an image, and who took one away."""

from typing import Final
from uuid import UUID

from apps.accounts.models import User
from apps.generations.models import GenerationImage, ImageDownload

SEE_ALL: Final = "generations.view_generationimage"


def image_for(user: User, job_id: UUID, position: int) -> GenerationImage | None:
    """The image, with its job, where it is the person's own or they are of the staff with the permission."""
    wanted = GenerationImage.objects.filter(job_id=job_id, position=position).select_related("job")
    found = wanted.first()
    return found if found and may_see(user, found) else None


def may_see(user: User, image: GenerationImage) -> bool:
    """Whether the image is the person's own, or they look after everyone's."""
    return image.user_id == user.pk or (user.is_staff and user.has_perm(SEE_ALL))


def note_download(*, user: User, image: GenerationImage) -> ImageDownload:
    """Writes down that the person took the image away."""
    return ImageDownload.objects.create(user=user, job_id=image.job_id, image=image)
