"""The timeline's sentences: what happened, said the way a person would."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.credits.models import TransactionKind, TransactionType
from apps.generations.models import JobKind, Quality

if TYPE_CHECKING:
    from apps.activity.items import TimelineRow


def job_title(row: "TimelineRow") -> str:
    """For example “Generated 5 images (HQ) for Luna”."""
    return " ".join(part for part in (_job_words(row), _quality(row), _for_whom(row)) if part)


def credit_title(row: "TimelineRow") -> str:
    """For example “Credits used for 5 images (HQ) for Luna” or “Credits refreshed (Pro plan)”."""
    if row.kind in (TransactionKind.CONSUMED, TransactionKind.REFUNDED):
        return " ".join(part for part in (_movement_words(row), _quality(row), _for_whom(row)) if part)
    return f"{_added_words(row)} ({row.description})" if row.description else _added_words(row)


def _job_words(row: "TimelineRow") -> str:
    count = row.image_count or 1
    if row.kind == JobKind.COMPLETED:
        return ngettext("Generated %d image", "Generated %d images", count) % count
    if row.kind == JobKind.FAILED:
        return _("Generation failed")
    return ngettext("Generating %d image", "Generating %d images", count) % count


def _movement_words(row: "TimelineRow") -> str:
    count = row.image_count
    if row.kind == TransactionKind.REFUNDED:
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


def _quality(row: "TimelineRow") -> str:
    return "(HQ)" if row.quality == Quality.HQ else ""


def _for_whom(row: "TimelineRow") -> str:
    return _("for %s") % row.character_name if row.character_name else ""
