"""The development sandbox: whether it is on, and what the settings then are.

It is on where ``DEBUG`` is and nobody gave a key of a payment, print or mail provider. Its own keys are drawn at random
for each installation: none is written in the code, so none could ever open a product in use.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured

from activity_project import environment

# What names a real provider: without all of the first nobody can buy; the rest goes along with them.
NEEDED: Final = (
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "PRINTIFY_API_TOKEN",
    "PRINTIFY_SHOP_ID",
    "PRINTIFY_WEBHOOK_SECRET",
)
MORE: Final = ("STRIPE_API_BASE", "PRINTIFY_API_BASE")
SHOP_ID: Final = "1000001"


def is_on(*, debug: bool) -> bool:
    """Whether the stand-ins take the providers' place. Raises ImproperlyConfigured for half a set of keys.

    ``SANDBOX=0`` keeps it off; ``SANDBOX=1`` beside real keys or without ``DEBUG`` is refused.
    """
    asked = environment.flag("SANDBOX", default=debug)
    given = [name for name in (*NEEDED, *MORE) if environment.text(name)]
    if environment.text("SANDBOX") and asked:
        _refuse_sandbox(debug=debug, given=given)
    if debug and asked and given:
        _refuse_mixture(given)
    return debug and asked and not given


def _refuse_sandbox(*, debug: bool, given: Iterable[str]) -> None:
    if not debug:
        raise ImproperlyConfigured("SANDBOX is on and DEBUG isn't: the stand-ins are for development only.")
    if name := next(iter(given), ""):
        raise ImproperlyConfigured(f"SANDBOX is on and {name} is set: unset one of them.")


def _refuse_mixture(given: list[str]) -> None:
    absent = [name for name in NEEDED if name not in given]
    if absent:
        raise ImproperlyConfigured(
            f"{given[0]} is set and {absent[0]} isn't: give {', '.join(NEEDED)} together to use the real providers, "
            "none of them to use the sandbox, or SANDBOX=0 to go without what is missing."
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """The sandbox's own keys, all derived from one secret of this installation."""

    secret: bytes

    @classmethod
    def of(cls, data_dir: Path) -> Keys:
        """This installation's; drawn when they are first asked for."""
        return cls(_installation_secret(data_dir / "sandbox.key"))

    def derived(self, name: str) -> str:
        """A key of 32 hexadecimal digits for one purpose."""
        return hmac.new(self.secret, name.encode(), sha256).hexdigest()[:32]


def address() -> str:
    """Where the product finds itself: the web server that serves the stand-ins as well."""
    return environment.text("SANDBOX_ADDRESS", "http://127.0.0.1:8000").rstrip("/")


def webhooks_to() -> str:
    """Where the stand-ins post their webhooks: the product, unless somebody wants to listen in."""
    return environment.text("SANDBOX_WEBHOOKS_TO", address()).rstrip("/")


def _installation_secret(path: Path) -> bytes:
    """Written once; of two processes that start together, the one that is first decides."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.touch(mode=0o600)
    draft.write_bytes(secrets.token_bytes(32))
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_bytes()
