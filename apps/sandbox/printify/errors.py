"""Errors as the print provider words them: mostly JSON, at times plain text or nothing at all."""

from typing import Any, Final

NOT_READY: Final = 8502
INVALID: Final = 8150


class PrintifyError(Exception):
    """An answer that isn't what was asked for; raise it anywhere in the stand-in."""

    def __init__(self, reason: str, *, status: int = 400, code: int = INVALID) -> None:
        super().__init__(reason)
        self.status = status
        self.body: dict[str, Any] = {
            "status": "error",
            "code": code,
            "message": "Validation failed." if code == INVALID else "Operation failed.",
            "errors": {"reason": reason, "code": code},
        }


class BareAnswer(Exception):
    """An answer without JSON: plain text, or nothing."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(status)
        self.status, self.text = status, text


def not_found() -> PrintifyError:
    """There is no such thing in the shop."""
    return PrintifyError("Not found.", status=404, code=404)
