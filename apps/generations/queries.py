"""Reads of generations that combine tables."""

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.accounts.models import Plan, User
from apps.accounts.usage import Usage, usage
from apps.generations.models import GenerationJob


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
