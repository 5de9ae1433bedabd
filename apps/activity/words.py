"""The timeline's sentences: what happened, said the way a person would."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.credits.models import TransactionKind, TransactionType
from apps.generations.models import JobKind, Quality

if TYPE_CHECKING:
    from apps.activity.items import TimelineRow


def job_title(row: "TimelineRow", language: str | None) -> str:
    """For example “Generated 5 images (HQ) for Luna”, in the present language, which the caller names."""
    return _job_title(language, row.kind, row.image_count or 1, row.quality, row.character_name)


def credit_title(row: "TimelineRow", language: str | None) -> str:
    """For example “Credits used for 5 images (HQ) for Luna” or “Credits refreshed (Pro plan)”, likewise."""
    if row.kind in _OF_A_JOB:
        return _movement_title(language, row.kind, row.image_count, row.quality, row.character_name)
    return f"{_added_words(row)} ({row.description})" if row.description else _added_words(row)


_OF_A_JOB = frozenset({TransactionKind.CONSUMED.value, TransactionKind.REFUNDED.value})


# A history says a few sentences over and over, and putting one together takes longer than reading its row.
@lru_cache(maxsize=2_000)
def _job_title(_language: str | None, kind: int, count: int, quality: str | None, name: str | None) -> str:
    return _sentence(_job_words(kind, count), quality, name)


@lru_cache(maxsize=2_000)
def _movement_title(_language: str | None, kind: int, count: int | None, quality: str | None, name: str | None) -> str:
    return _sentence(_movement_words(kind, count), quality, name)


def _sentence(what: str, quality: str | None, name: str | None) -> str:
    parts = (what, "(HQ)" if quality == Quality.HQ else "", _("for %s") % name if name else "")
    return " ".join(part for part in parts if part)


def _job_words(kind: int, count: int) -> str:
    if kind == JobKind.COMPLETED:
        return ngettext("Generated %d image", "Generated %d images", count) % count
    if kind == JobKind.FAILED:
        return _("Generation failed")
    return ngettext("Generating %d image", "Generating %d images", count) % count


def _movement_words(kind: int, count: int | None) -> str:
    if kind == TransactionKind.REFUNDED:
        return _("Credits refunded for a failed generation")
    if not count:
        return _("Credits used")
    return ngettext("Credits used for %d image", "Credits used for %d images", count) % count


def _added_words(row: "TimelineRow") -> str:
    if row.kind == TransactionKind.REFRESHED:
        return _("Credits refreshed")
    if row.transaction_type == TransactionType.PURCHASE:
        return _("Credits bought")
    if row.transaction_type == TransactionType.BONUS:
        return _("Bonus credits")
    if row.transaction_type == TransactionType.ADMIN_ADJUSTMENT:
        return _("Credits adjusted")
    return _("Credits changed")
