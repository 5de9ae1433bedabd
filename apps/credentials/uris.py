"""LearnCard's addresses of things: ``lc:network:<domain>/trpc:boost:<id>``. Only the kind and the id are read."""

import re
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

BOOST: Final = "boost"
CREDENTIAL: Final = "credential"
INBOX: Final = "inbox"

_FORM = re.compile(r"lc:network:[^:\s]+(?::\d+)?/trpc:(boost|credential|inbox):([0-9a-fA-F-]{36})")


class BadUri(ValueError):
    """The text isn't an address of the kind that is asked for."""


def uri_of(kind: str, id_: UUID) -> str:
    """The address of a thing of this installation."""
    return f"lc:network:{domain()}/trpc:{kind}:{id_}"


def id_in(uri: str, kind: str) -> UUID:
    """The id that the address of a thing of this kind names. Raises BadUri."""
    _kind, id_ = kind_and_id(uri)
    if _kind != kind:
        raise BadUri(uri)
    return id_


def kind_and_id(uri: str) -> tuple[str, UUID]:
    """What the address names. Raises BadUri."""
    match = _FORM.fullmatch(uri)
    if match is None:
        raise BadUri(uri)
    try:
        return match[1], UUID(match[2])
    except ValueError:
        raise BadUri(uri) from None


def site_url(path: str = "") -> str:
    """The public address of a path of this installation."""
    return f"{settings.SITE_URL}{path}"


def domain() -> str:
    """Host and port of this installation."""
    return urlsplit(settings.SITE_URL).netloc


def did_of(handle: str) -> str:
    """The issuer's decentralised identifier, whose document is served at ``/issuers/<handle>/did.json`` (did:web)."""
    return f"did:web:{domain().replace(':', '%3A')}:issuers:{handle}"
