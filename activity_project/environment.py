"""Typed readers for environment variables.

Each reader returns the variable's value in its type, or its default where the variable is absent or
empty. A value that can't be read raises :class:`django.core.exceptions.ImproperlyConfigured`, naming
the variable and what it should be, so that a bad setting stops the start instead of surfacing later.

Instead of ``NAME``, ``NAME_FILE`` may name a file with the value, as container engines hand out secrets.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable as text, without surrounding spaces."""
    return os.environ.get(name, "").strip() or _from_file(f"{name}_FILE") or default


def _from_file(name: str) -> str:
    """What stands in the file that the variable names; nothing where it names none."""
    path = os.environ.get(name, "").strip()
    try:
        return Path(path).read_text().strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name} is {path!r}, which can't be read: {error}") from None


def required_text(name: str, *, why: str) -> str:
    """The variable as text; raises ImproperlyConfigured, saying why it is needed, where it is absent."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {why}")
    return value


def required_package(name: str, *, extra: str, why: str) -> None:
    """Raises ImproperlyConfigured where an optional package isn't installed, saying what it is for."""
    if find_spec(name) is None:
        raise ImproperlyConfigured(f"Install the package {name} (the extra `{extra}`): {why}")


def together(*names: str, why: str) -> tuple[str, ...]:
    """The variables as texts, all of them or none; raises ImproperlyConfigured, saying why, where some are absent."""
    values = tuple(text(name) for name in names)
    if any(values) and not all(values):
        missing = " and ".join(name for name, value in zip(names, values, strict=True) if not value)
        given = " and ".join(name for name, value in zip(names, values, strict=True) if value)
        raise ImproperlyConfigured(f"{given} is set, but not {missing}: {why}")
    return values


def flag(name: str, *, default: bool) -> bool:
    """The variable as a yes or no: 1/0, true/false, yes/no, on/off."""
    value = text(name).lower()
    if not value:
        return default
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def integer(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """The variable as a whole number from ``least`` to ``most``."""
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from None
    if number < least:
        raise ImproperlyConfigured(f"{name} is {number}; write {least} or more.")
    if most is not None and number > most:
        raise ImproperlyConfigured(f"{name} is {number}; write {most} or less.")
    return number


def words(name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The variable as a list, separated by commas."""
    value = text(name)
    return tuple(part.strip() for part in value.split(",") if part.strip()) if value else default


def one_of(name: str, choices: tuple[str, ...], default: str) -> str:
    """The variable as one of ``choices``."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; write one of {', '.join(choices)}.")
    return value


def postgres(name: str, default: str) -> dict[str, object]:
    """A ``postgresql://user:password@host:port/name?option=value`` address as Django's connection settings.

    A socket folder is given as ``?host=/folder&port=5432``. Other query options go to libpq as they are.
    """
    parts = urlsplit(text(name, default))
    if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/name.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": options.pop("port", _port(name, parts.netloc)),
        "OPTIONS": options,
    }


def _port(name: str, netloc: str) -> str:
    """The port of ``user:password@host:port``; empty where none is given."""
    host = netloc.rpartition("@")[2].rpartition("]")[2]  # after an IPv6 address's bracket
    port = host.rpartition(":")[2] if ":" in host else ""
    if port and not port.isdigit():
        raise ImproperlyConfigured(f"{name} has the port {port!r}; write a number.")
    return port


def http_url(name: str, default: str) -> str:
    """A web address, ``http://`` or ``https://``, without a slash at its end."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like {default}.")
    return value


def redis(name: str, default: str) -> str:
    """A Redis or Valkey address: ``redis://``, ``rediss://`` or ``unix://`` for a socket."""
    value = text(name, default)
    if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"{name} must start with redis://, rediss:// or unix://.")
    return value


def email(name: str) -> dict[str, object]:
    """An ``smtp://user:password@host:587`` or ``smtps://`` address as Django's mail settings; the console if absent."""
    value = text(name)
    if not value:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like smtp://user:password@host:587.")
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": int(_port(name, parts.netloc) or (465 if secure else 587)),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and parts.hostname not in {"localhost", "127.0.0.1"},
    }
