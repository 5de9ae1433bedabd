"""Reports of errors to Sentry, or whatever speaks its protocol. Imported only where SENTRY_DSN names one.

A report says where in the code something broke and in which request, not whose it was: no bodies, cookies, queries or
values of variables, no addresses of pages (they may hold a claim's secret), and every text is scrubbed.
"""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event, Hint

from apps.common import request_ids
from apps.common.redaction import scrubbed_all


def begin(dsn: str) -> None:
    """Has what breaks in requests and tasks of this process, and what is logged as an error, reported from here on."""
    sentry_sdk.init(
        dsn=dsn,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=_before_send,
        before_breadcrumb=_before_breadcrumb,
    )


def _before_send(event: Event, _: Hint) -> Event | None:
    request = event.get("request")
    if request:
        event["request"] = {"method": request.get("method")}
    event.pop("user", None)
    request_id = request_ids.current()
    if request_id:
        event["tags"] = {**dict(event.get("tags") or {}), request_ids.KEY: request_id}
    scrubbed: Event = scrubbed_all(event)
    return scrubbed


def _before_breadcrumb(crumb: dict[str, Any], _: Hint) -> dict[str, Any] | None:
    """What led there: log lines. Addresses that were fetched may hold secrets, and statements the values in them."""
    return scrubbed_all(crumb) if crumb.get("type") == "log" else None
