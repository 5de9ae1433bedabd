"""Why a request for images is refused: in words for people, and as the problems that programs are answered with."""

from http import HTTPStatus
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.common.problem import Problem, ProblemType, register
from apps.common.words import credits_word
from apps.credits.ledger import InsufficientCredits
from apps.generations.operations import KeyReused, LimitReached, NotRetryable

Refusal: TypeAlias = InsufficientCredits | LimitReached | KeyReused | NotRetryable
REFUSALS = (InsufficientCredits, LimitReached, KeyReused, NotRetryable)

INSUFFICIENT_CREDITS = register(
    ProblemType(
        name="insufficient-credits",
        status=HTTPStatus.PAYMENT_REQUIRED,
        title=gettext_lazy("Not enough credits"),
        about=gettext_lazy("The account holds less than this would cost. Nothing was written and nothing charged."),
    )
)
LIMIT_REACHED = register(
    ProblemType(
        name="limit-reached",
        status=HTTPStatus.CONFLICT,
        title=gettext_lazy("Limit reached"),
        about=gettext_lazy(
            "The plan has fewer images left in this period than were asked for; those being made count. "
            "Ask for fewer, or wait for the next period."
        ),
    )
)
KEY_REUSED = register(
    ProblemType(
        name="key-reused",
        status=HTTPStatus.CONFLICT,
        title=gettext_lazy("Key used for another request"),
        about=gettext_lazy(
            "The Idempotency-Key came before with another body. Repeat the first body to get its generation, "
            "or send a new key."
        ),
    )
)
NOT_RETRYABLE = register(
    ProblemType(
        name="not-retryable",
        status=HTTPStatus.CONFLICT,
        title=gettext_lazy("Nothing to retry"),
        about=gettext_lazy("Only a generation that has failed can be tried again."),
    )
)
IMAGE_GONE = register(
    ProblemType(
        name="image-gone",
        status=HTTPStatus.GONE,
        title=gettext_lazy("Image no longer kept"),
        about=gettext_lazy("The file was removed by age. What was asked for and what it cost are still known."),
    )
)
_TYPES: dict[type[Exception], ProblemType] = {
    InsufficientCredits: INSUFFICIENT_CREDITS,
    LimitReached: LIMIT_REACHED,
    KeyReused: KEY_REUSED,
    NotRetryable: NOT_RETRYABLE,
}


def refusal_words(refusal: Refusal) -> str:
    """Why a request was refused, and what can be done."""
    match refusal:
        case InsufficientCredits():
            return _("This needs %(needed)s and you have %(balance)s. Choose fewer images or get more credits.") % {
                "needed": credits_word(refusal.needed),
                "balance": credits_word(refusal.balance),
            }
        case LimitReached():
            return _left_words(refusal.usage.remaining or 0)
        case KeyReused():
            return _("This was sent before with other settings.")
        case NotRetryable():
            return _("This generation hasn't failed, so there is nothing to retry.")


def refusal_problem(refusal: Refusal) -> Problem:
    """The refusal as an answer to a program."""
    return _TYPES[type(refusal)].problem(refusal_words(refusal))


def _left_words(left: int) -> str:
    if not left:
        return _("Your plan has no images left in this period. Wait for the next period.")
    words = ngettext(
        "Your plan has %d image left in this period. Choose fewer images or wait for the next period.",
        "Your plan has %d images left in this period. Choose fewer images or wait for the next period.",
        left,
    )
    return words % left
