"""Characters, prompts, generation jobs and the images that came of them."""

from apps.generations.models.characters import Character
from apps.generations.models.images import GenerationImage, ImageDownload
from apps.generations.models.jobs import GenerationJob, GenerationJobQuerySet, JobKind, Quality
from apps.generations.models.prompts import JobWord, Prompt

__all__ = [
    "Character",
    "GenerationImage",
    "GenerationJob",
    "GenerationJobQuerySet",
    "ImageDownload",
    "JobKind",
    "JobWord",
    "Prompt",
    "Quality",
]
