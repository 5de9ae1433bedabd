"""What a person asked for and got: influencers, prompts, generations and their images.

The generations stay, with their prices, kinds and times, for the ledger refers to them; their prompts and pictures go.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.common.personal_data import ERASED, NotNow, Section
from apps.generations import pruning
from apps.generations.models import Character, GenerationJob, Prompt
from apps.generations.states import IN_FLIGHT, Status

# Of what was asked for and of how it was made, only what says nothing of the person.
_ERASE_JOBS = """
UPDATE generation_jobs
   SET input = input || jsonb_build_object('prompt', ''),
       metadata = (SELECT COALESCE(jsonb_object_agg(key, value), '{}') FROM jsonb_each(metadata)
                    WHERE key IN ('model', 'processing_time_ms')),
       error = CASE WHEN error = '' THEN '' ELSE %s END,
       idempotency_key = NULL
 WHERE user_id = %s
"""


def sections(user: User) -> Iterator[Section]:
    """All that is the person's, by what it is, row by row."""
    characters = Character.objects.filter(user=user).order_by("created_at")
    yield "characters", characters.values("name", "description", "created_at", "archived_at").iterator()
    prompts = Prompt.objects.filter(user=user).order_by("created_at")
    yield "prompts", prompts.values("text", "created_at", "removed_at").iterator()
    yield "generations", _generations(user)


def require_rest(user: User) -> None:
    """Raises NotNow while something is being generated."""
    running = GenerationJob.objects.filter(user=user, status__in=sorted(IN_FLIGHT)).count()
    if running:
        said = ngettext("%(count)s generation is still running.", "%(count)s generations are still running.", running)
        raise NotNow(said % {"count": running})


def erase(user: User, *, now: datetime) -> None:
    """Takes words and pictures away. Files go first, each generation's with its mark: cut off, it goes on there.

    Raises NotNow where the storage doesn't let go of a file.
    """
    _remove_files(user)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_ERASE_JOBS, [ERASED, user.pk])
        Character.objects.filter(user=user).update(
            archived_at=Coalesce(F("archived_at"), now), name=ERASED, description=""
        )
        Prompt.objects.filter(user=user).update(removed_at=Coalesce(F("removed_at"), now), text="")


def _generations(user: User) -> Iterator[Mapping[str, object]]:
    jobs = GenerationJob.objects.filter(user=user).order_by("created_at", "id").prefetch_related("images")
    for job in jobs.iterator(chunk_size=500):
        yield {
            "id": job.pk,
            "asked_at": job.created_at,
            "ended_at": job.completed_at,
            "status": job.status,
            "input": job.input,
            "credits": job.credits_used,
            "error": job.error,
            "images": [str(image.file) for image in job.images.all()] if job.pruned_at is None else [],
        }


def _remove_files(user: User) -> None:
    with_files = GenerationJob.objects.filter(user=user, status=Status.COMPLETED, pruned_at=None)
    for job_id in with_files.values_list("pk", flat=True).iterator():
        if pruning.prune_one(job_id).refused:
            raise NotNow(f"The storage doesn't let go of the files of generation {job_id}.")
