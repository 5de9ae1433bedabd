"""What the API's errors mean to us: whose fault, whether to try again, and when."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.utils.translation import gettext as _
from openai import APIStatusError

from apps.common.bounded_http import ExchangeFailed, TookTooLong
from apps.common.fetching import NotAllowed
from apps.common.retry_after import retry_after_s
from apps.generations.providers.base import ProviderError

log = structlog.get_logger(__name__)

ABOUT_CONTENT = frozenset({"content_policy_violation", "moderation_blocked", "content_filter"})
# Statuses that pass: the request came at a bad time.
PASSING = frozenset({408, 409, 425, 429})
# Too many requests go away by waiting, an empty account doesn't.
OUT_OF_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def refusal(error: APIStatusError, *, now: datetime) -> ProviderError:
    """The API's answer with an error's status, in our words.

    Its own may repeat prompt or key: not even the log has them. The provider finds them by the request's id.
    """
    log.warning(
        "image provider said no",
        status=error.status_code,
        code=error.code,
        parameter=error.param,
        providers_request_id=error.request_id,
    )
    if error.code in ABOUT_CONTENT:
        return ProviderError(_("The provider refused the prompt for its content."), "content_refused", permanent=True)
    if error.code in OUT_OF_MONEY or error.status_code in {401, 403} or error.status_code < 400:
        return unavailable()
    if error.status_code in PASSING or error.status_code >= 500:
        return busy(error.response.headers, now=now)
    return ProviderError(_("The provider can't make this image."), "bad_request", permanent=True)


def busy(headers: Mapping[str, str], *, now: datetime) -> ProviderError:
    """Not now; perhaps the provider says when."""
    return ProviderError(
        _("The image provider is busy."),
        "provider_busy",
        permanent=False,
        retry_after_s=retry_after_s(headers, now=now),
    )


def unavailable() -> ProviderError:
    """Something that whoever runs this site has to set right first: the key, the account, an address."""
    return ProviderError(
        _("The image provider isn't available to us. It isn't about your prompt."),
        "provider_unavailable",
        permanent=True,
    )


def silence(error: ExchangeFailed) -> ProviderError:
    """No complete answer."""
    log.warning("image provider gave no answer", kind=type(error).__name__, words=str(error)[:300])
    if isinstance(error, NotAllowed):
        return unavailable()
    if isinstance(error, TookTooLong):
        return ProviderError(_("The image provider took too long."), "provider_timeout", permanent=False)
    return ProviderError(_("The image provider couldn't be reached."), "provider_unreachable", permanent=False)


def nonsense(what: str) -> ProviderError:
    """An answer that isn't what the API promises; ``what`` is for the log."""
    log.warning("image provider answered nonsense", what=what[:300])
    return ProviderError(_("The provider's answer made no sense."), "bad_answer", permanent=False)
