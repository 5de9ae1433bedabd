"""What goes wrong with a provider, in the terms that callers decide by."""


class ProviderError(Exception):
    """A provider didn't do what was asked; the text is for a person.

    ``permanent`` says that asking again is no use; ``retry_after_s`` is how long the provider wants to be left alone.
    """

    def __init__(
        self, message: str, *, code: str = "", permanent: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.permanent = permanent
        self.retry_after_s = retry_after_s
