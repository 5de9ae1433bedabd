from typing import Any

from django.apps import AppConfig
from django.core.signals import request_finished, request_started

from apps.common import request_ids


class CommonConfig(AppConfig):
    name = "apps.common"

    def ready(self) -> None:
        # Not a middleware: Django logs an answer's status after the last of them, and streams bodies later still.
        request_started.connect(_begin_request, dispatch_uid="request-ids")
        request_finished.connect(_end_request, dispatch_uid="request-ids")


def _begin_request(environ: dict[str, Any], **_: Any) -> None:
    request_ids.begin(environ)


def _end_request(**_: Any) -> None:
    request_ids.end()
