"""Reads of generations that combine tables."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate

from apps.accounts.models import Plan, User
from apps.accounts.usage import Usage, usage
from apps.common.days import beginning_of, end_of
from apps.generations.models import GenerationImage, GenerationJob, JobKind


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


def images_per_day(user: User, *, last: date, days: int) -> dict[date, int]:
    """How many images were finished on each of the days up to ``last``, in the person's own days; only days with any.

    One range of an index, as long as these days' jobs.
    """
    since, until = beginning_of(last - timedelta(days=days - 1), user.zone), end_of(last, user.zone)
    finished = user.generation_jobs.completed().filter(occurred_at__gte=since, occurred_at__lt=until)
    by_day = finished.annotate(day=TruncDate("occurred_at", tzinfo=user.zone)).values_list("day")
    return dict(by_day.annotate(made=Sum("image_count")).order_by("day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """How some generations went, in jobs. Pending are those that wait or are being made."""

    total: int
    success: int
    failed: int
    pending: int

    @property
    def success_rate(self) -> float | None:
        """The share of those that ended which ended well, from 0 to 1; null before one has ended."""
        ended = self.success + self.failed
        return self.success / ended if ended else None


def statistics(jobs: QuerySet[GenerationJob]) -> Statistics:
    """Counts the jobs by how they went: ``statistics(user.generation_jobs.asked_since(monday))``. One statement."""
    return Statistics(
        **jobs.aggregate(
            total=Count("pk"),
            success=Count("pk", filter=Q(kind=JobKind.COMPLETED)),
            failed=Count("pk", filter=Q(kind=JobKind.FAILED)),
            pending=Count("pk", filter=Q(kind=JobKind.STARTED)),
        )
    )


def job_with_images(user: User, job_id: UUID | None) -> tuple[GenerationJob | None, tuple[GenerationImage, ...]]:
    """The person's own job with its character, and its images that are still there; None where there is no such job."""
    job = user.generation_jobs.filter(pk=job_id).select_related("character").first() if job_id else None
    return job, tuple(job.images.kept().in_order()) if job else ()
