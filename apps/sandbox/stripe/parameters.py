"""Reads what the official clients send: forms whose names nest by brackets, ``line_items[0][price_data][currency]``."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from apps.sandbox.stripe.errors import StripeError, invalid, required

_PART = re.compile(r"\[([^\]]*)\]")

Parameters = Mapping[str, Any]


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nested dictionaries and lists of texts. ``a[]=`` appends, ``a[0]=`` counts; everything else is a name."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        first, _, rest = name.partition("[")
        _put(root, [first, *_PART.findall(f"[{rest}" if rest else "")], value)
    return {name: _with_lists(value) for name, value in root.items()}


def _put(root: dict[str, Any], path: list[str], value: str) -> None:
    at = root
    for part in path[:-1]:
        at = at.setdefault(part or str(len(at)), {})
        if not isinstance(at, dict):
            raise StripeError(f"Invalid parameter: {path[0]}", param=path[0])
    at[path[-1] or str(len(at))] = value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(each) for name, each in value.items()}
    return list(inner.values()) if inner and all(name.isdigit() for name in inner) else inner


def only(parameters: Parameters, *known: str, at: str = "") -> None:
    """Raises for a name that the stand-in doesn't know: a typing error had better not pass in silence."""
    unknown = sorted(set(parameters) - {*known, "expand"})
    if unknown:
        name = f"{at}[{unknown[0]}]" if at else unknown[0]
        raise StripeError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def text(parameters: Parameters, name: str, default: str | None = None) -> str | None:
    """A text; empty is none."""
    value = parameters.get(name)
    if isinstance(value, dict | list):
        raise invalid(name, f"Invalid string: {value}")
    return value or default


def required_text(parameters: Parameters, name: str) -> str:
    """A text that must be there."""
    value = text(parameters, name)
    if value is None:
        raise required(name)
    return value


def integer(parameters: Parameters, name: str, default: int | None = None, *, least: int = 0) -> int:
    """A whole number; required where there is no default."""
    value = text(parameters, name)
    if value is None:
        if default is None:
            raise required(name)
        return default
    if not re.fullmatch(r"-?\d{1,12}", value):
        raise invalid(name, f"Invalid integer: {value}")
    if int(value) < least:
        raise invalid(name, f"This value must be greater than or equal to {least}.")
    return int(value)


def flag(parameters: Parameters, name: str, *, default: bool = False) -> bool:
    """``true`` or ``false``."""
    value = text(parameters, name)
    if value not in {None, "true", "false"}:
        raise invalid(name, f"Invalid boolean: {value}")
    return default if value is None else value == "true"


def one_of(parameters: Parameters, name: str, choices: tuple[str, ...], default: str) -> str:
    """One of a few words."""
    value = text(parameters, name, default) or default
    if value not in choices:
        raise invalid(name, f"Invalid {name}: must be one of {', '.join(choices)}")
    return value


def group(parameters: Parameters, name: str) -> dict[str, Any]:
    """Nested names; none where they were left out."""
    value = parameters.get(name) or {}
    if not isinstance(value, dict):
        raise invalid(name, "Invalid object")
    return value


def items(parameters: Parameters, name: str) -> list[Any]:
    """A list; empty where it was left out."""
    value = parameters.get(name) or []
    if not isinstance(value, list):
        raise invalid(name, "Invalid array")
    return value


def groups(parameters: Parameters, name: str) -> list[dict[str, Any]]:
    """A list of nested names."""
    value = items(parameters, name)
    if not all(isinstance(each, dict) for each in value):
        raise invalid(name, "Invalid array")
    return value


def metadata(parameters: Parameters, name: str = "metadata") -> dict[str, str]:
    """Up to 50 texts of the caller's own."""
    value = group(parameters, name)
    if len(value) > 50 or any(not isinstance(each, str) or len(each) > 500 for each in value.values()):
        raise invalid(name, "Metadata can have up to 50 keys, with values of up to 500 characters.")
    return {key: each for key, each in value.items() if each}
