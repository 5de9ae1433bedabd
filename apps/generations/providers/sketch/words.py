"""Words, as prompts are compared with them."""

import re


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of `text`, in lower case, each also without a final s."""
    found = re.findall(r"\w+", text.casefold())
    return frozenset(found) | {word.removesuffix("s") for word in found}
