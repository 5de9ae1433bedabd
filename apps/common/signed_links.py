"""Tokens of links that work without signing in: they carry a word, and nobody can make one without the server's key."""

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer


@dataclass(frozen=True, slots=True)
class SignedLinks:
    """Links for one ``purpose``: a token made for another opens nothing here."""

    purpose: str

    def token_of(self, word: str) -> str:
        """The token of a word of letters and digits: always the same, so that links in mails go on working."""
        return self._signer.sign(word).replace(":", ".")

    def word_of(self, token: str) -> str | None:
        """What the token was made for; null for one that we didn't make."""
        word, _, signature = token.partition(".")
        try:
            return str(self._signer.unsign(f"{word}:{signature}"))
        except BadSignature:
            return None

    @property
    def _signer(self) -> Signer:
        return Signer(salt=self.purpose)
