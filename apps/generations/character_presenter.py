"""AI influencers in ready words."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common.paths import path_to
from apps.common.words import grouped
from apps.generations.cast import CastMember


@dataclass(frozen=True, slots=True)
class Person:
    """One AI influencer; ``initial`` stands in where there is no portrait."""

    name: str
    initial: str
    portrait_url: str
    description: str
    generations: str
    gallery_url: str
    generate_url: str
    edit_url: str
    archive_url: str
    restore_url: str


def people(cast: Iterable[CastMember]) -> tuple[list[Person], list[Person]]:
    """Those in use and those archived, each with how much was generated for it."""
    available: list[Person] = []
    archived: list[Person] = []
    for member in cast:
        (archived if member.character.archived_at else available).append(_person(member))
    return available, archived


def _person(member: CastMember) -> Person:
    character = member.character
    query = urlencode({"character": character.pk})
    return Person(
        name=character.name,
        initial=character.name[:1].upper(),
        portrait_url=reverse("generations:thumbnail", args=[member.portrait]) if member.portrait else "",
        description=character.description,
        generations=_count_words(member.generations),
        gallery_url=f"{path_to('generations:gallery')}?{query}" if member.generations else "",
        generate_url=f"{path_to('generations:generate')}?{query}",
        edit_url=reverse("generations:character", args=[character.pk]),
        archive_url=reverse("generations:archive-character", args=[character.pk]),
        restore_url=reverse("generations:restore-character", args=[character.pk]),
    )


def _count_words(generations: int) -> str:
    if not generations:
        return _("Nothing generated yet")
    words = ngettext("%(count)s generation", "%(count)s generations", generations)
    return words % {"count": grouped(generations)}
