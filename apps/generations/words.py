"""What a generation is called, and how its state looks and reads."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.generations.models import GenerationJob, Quality
from apps.generations.states import Status

NO_LONGER_KEPT: Final = gettext_lazy("No longer kept")


@dataclass(frozen=True, slots=True)
class Look:
    """A state's colour, by its meaning, and the icon beside its word."""

    tone: str
    icon: str
    waiting: str | Promise = ""


LOOKS = {
    Status.QUEUED: Look(
        "running", "hourglass", gettext_lazy("Waiting for its turn. The images appear here by themselves.")
    ),
    Status.PROCESSING: Look(
        "running", "loader", gettext_lazy("The images are being made. They appear here by themselves.")
    ),
    Status.COMPLETED: Look("done", "circle-check"),
    Status.FAILED: Look("failed", "triangle-alert"),
}


def title(job: GenerationJob) -> str:
    """For example “5 images (HQ) for Luna”."""
    words = [ngettext("%d image", "%d images", job.image_count) % job.image_count]
    if job.quality == Quality.HQ:
        words.append("(HQ)")
    if job.character:
        words.append(_("for %s") % job.character.name)
    return " ".join(words)


def quality_words(quality: str) -> str:
    """The quality's label; what an import called it where it is none of ours."""
    return str(Quality(quality).label) if quality in Quality else quality
