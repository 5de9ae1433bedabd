"""Words, as prompts are compared with them."""

import re
from itertools import pairwise


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of `text`, in lower case, each also without a final s."""
    found = re.findall(r"\w+", text.casefold())
    return frozenset(found) | {word.removesuffix("s") for word in found}


def neighbours(text: str) -> frozenset[str]:
    """Return each two words that stand side by side: what a colour belongs to."""
    found = re.findall(r"\w+", text.casefold())
    return frozenset(f"{one} {other}" for one, other in pairwise(found))
