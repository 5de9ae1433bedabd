"""Structured logs: key and value pairs, for people in development and as JSON lines elsewhere."""

import logging
import logging.config
from typing import Any

import structlog
from django.http import HttpRequest
from structlog.typing import EventDict, WrappedLogger

from apps.common.redaction import scrubbed, scrubbed_all

# Clients that at lower levels write whole forms and addresses into the log, whatever is in them.
_TELL_WHAT_THEY_SEND = ("stripe", "openai", "httpx", "httpcore", "urllib3", "posthog")


def _name_the_route(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Django's own lines about a request tell its path, which may hold a claim's or an order's secret."""
    record, arguments = event.get("_record"), event.pop("positional_args", None)
    request = getattr(record, "request", None)
    if isinstance(record, logging.LogRecord) and isinstance(request, HttpRequest) and isinstance(arguments, tuple):
        told = {request.path, request.path.encode("unicode_escape").decode("ascii")}
        route = request.resolver_match.view_name if request.resolver_match else "no route"
        event["event"] = str(record.msg) % tuple(route if each in told else each for each in arguments)
    return event


def _scrub(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The last net for addresses and secrets, tracebacks included."""
    return {name: scrubbed_all(value) for name, value in event.items()}


def as_text(value: object) -> str:
    """What JSON has no word for, scrubbed like everything else."""
    return scrubbed(repr(value))


_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def settings(*, as_json: bool, level: str) -> dict[str, Any]:
    """The logging configuration: everything to standard error, through one formatter."""
    renderer = structlog.processors.JSONRenderer(default=as_text) if as_json else structlog.dev.ConsoleRenderer()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "pass_foreign_args": True,
                "processors": [
                    _name_the_route,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *([structlog.processors.format_exc_info] if as_json else []),
                    _scrub,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            **{name: {"level": "WARNING"} for name in _TELL_WHAT_THEY_SEND},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Set up both the standard library's logging and structlog, which feeds it."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
