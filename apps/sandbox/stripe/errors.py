"""Errors in the shape of the payments API."""

from typing import Any, Final

API_VERSION: Final = "2026-10-28.endive"


class StripeError(Exception):
    """An answer that isn't what was asked for; raise it anywhere in the stand-in, before anything is written."""

    def __init__(
        self, message: str, *, status: int = 400, type: str = "invalid_request_error", code: str = "", param: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        said = {"code": code, "message": message, "param": param, "type": type}
        self.error: dict[str, Any] = {name: value for name, value in said.items() if value}
        if code:
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"


def missing(kind: str, id: str, *, param: str = "id") -> StripeError:
    """Nothing has this id."""
    return StripeError(f"No such {kind}: '{id}'", status=404, code="resource_missing", param=param)


def required(param: str) -> StripeError:
    """A parameter was left out."""
    return StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def invalid(param: str, message: str) -> StripeError:
    """A parameter has a value that won't do."""
    return StripeError(message, code="parameter_invalid", param=param)
