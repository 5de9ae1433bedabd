"""Reads of generations that combine tables."""

from uuid import UUID

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.accounts.models import Plan, User
from apps.accounts.usage import Usage, usage
from apps.generations.models import GenerationImage, GenerationJob


def usage_of(user: User, *, plan: Plan | None) -> Usage:
    """The person's usage under the plan, counts and images in flight read in one moment.

    One statement, because a job that ends between two would be missed by both.
    """
    in_flight = (
        GenerationJob.objects.in_flight()
        .filter(user=OuterRef("pk"))
        .values("user")
        .annotate(total=Sum("image_count"))
        .values("total")
    )
    counted = User.objects.annotate(in_flight=Coalesce(Subquery(in_flight), 0)).get(pk=user.pk)
    return usage(plan=plan, user=counted, in_flight=counted.in_flight)


def job_with_images(user: User, job_id: UUID | None) -> tuple[GenerationJob | None, tuple[GenerationImage, ...]]:
    """The person's own job with its character, and its images that are still there; None where there is no such job."""
    job = user.generation_jobs.filter(pk=job_id).select_related("character").first() if job_id else None
    return job, tuple(job.images.kept().in_order()) if job else ()
