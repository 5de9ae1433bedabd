"""Why something isn't issued or claimed. Whoever is refused has left no event."""


class Refusal(Exception):
    """Says to a person why nothing was done; ``str()`` of it is that sentence."""


class NotFound(Refusal):
    """What was named isn't there, or isn't theirs: which of the two remains unsaid."""


class Refused(Refusal):
    """What was named is there, and doesn't allow it."""


class DeliveryFailed(Exception):
    """What was issued couldn't be delivered; its chain ends with a FAILED event that says the same."""
