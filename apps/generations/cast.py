"""A person's AI influencers, with what has been generated for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery

from apps.accounts.models import User
from apps.generations.models import Character, GenerationJob, JobKind


@dataclass(frozen=True, slots=True)
class CastMember:
    """One AI influencer; ``portrait`` is its newest completed generation, null where that isn't kept."""

    character: Character
    generations: int
    portrait: UUID | None


def cast_of(user: User) -> list[CastMember]:
    """All of the person's, archived ones included, by name."""
    counts, portraits = _counts(user), _portraits(user)
    return [
        CastMember(character, counts.get(character.pk, 0), portraits.get(character.pk))
        for character in user.characters.by_name()
    ]


def _portraits(user: User) -> Mapping[UUID, UUID]:
    """The newest completed generation of each, where its files are kept: one step into the index for each."""
    jobs = GenerationJob.objects.filter(user=OuterRef("user"), character=OuterRef("pk"), kind=JobKind.COMPLETED)
    newest = Subquery(jobs.order_by("-occurred_at", "-id").values("pk")[:1])
    found = dict(user.characters.annotate(newest=newest).values_list("pk", "newest"))
    kept = set(user.generation_jobs.filter(pk__in=found.values(), pruned_at=None).values_list("pk", flat=True))
    return {character: job for character, job in found.items() if job in kept}


def _counts(user: User) -> Mapping[UUID | None, int]:
    counted = user.generation_jobs.exclude(character=None).values("character_id").annotate(jobs=Count("id"))
    return dict(counted.values_list("character_id", "jobs"))
