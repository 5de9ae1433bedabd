"""What the product changes about allauth's second factor: its secrets are sealed, and setting it up shows it."""

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.conf import settings
from django.utils.crypto import salted_hmac
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from apps.accounts.models import User
from apps.common.second_factor import METHOD, was_shown

_SEAL: Final = {"alg": "dir", "enc": "A256GCM"}
_SALT: Final = "apps.accounts.second-factor"


class SealBroken(Exception):
    """No secret of the settings opens what was sealed: the one it was sealed under is missing."""


class SealedSecrets(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """The database alone gives nobody a second factor: it is sealed under SECRET_KEY, and opened by its fallbacks."""

    def encrypt(self, text: str) -> str:
        return jwe.encrypt_compact(_SEAL, text, _derived(settings.SECRET_KEY))

    def decrypt(self, encrypted_text: str) -> str:
        """Raises SealBroken."""
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return (jwe.decrypt_compact(encrypted_text, _derived(secret)).plaintext or b"").decode()
            except (JoseError, ValueError):
                continue
        raise SealBroken("A second factor can't be opened.")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Where staff need one, a session in which it wasn't shown can't do away with it."""
        is_needed = settings.STAFF_MFA_REQUIRED and authenticator.user.is_staff
        return not is_needed or was_shown(context.request)


class FactorBeforePassword(DefaultAccountAdapter):  # type: ignore[misc]  # likewise
    """Who has a second factor confirms by it who they are: by the password alone, its recovery codes could be read."""

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"].startswith(METHOD)] or methods


class ActivationForm(ActivateTOTPForm):  # type: ignore[misc]  # likewise
    """Who has just set it up has shown it, in this session: the code that proves it can't be shown twice."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        record_authentication(context.request, self.user, METHOD, type="totp")
        return code


def _derived(secret: str) -> OctKey:
    """By this secret alone: left to itself, ``salted_hmac`` would mix in whichever SECRET_KEY holds today."""
    return OctKey.import_key(salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest())
