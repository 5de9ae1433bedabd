"""Lucide's icons as inline SVG, their lines drawn by the stylesheet's ``.icon``.

An icon always stands beside a word, so it is hidden from screen readers.
"""

import re
from functools import cache

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide


@cache
def icon(name: str) -> SafeString:
    """The icon as ``<svg class="icon">``. Raises ``lucide.IconDoesNotExist`` for a name that Lucide hasn't."""
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{_shapes(name)}</svg>')


def icon_use(name: str) -> SafeString:
    """The icon by reference to the page's sprite: about 70 bytes where ``icon`` takes 400."""
    if not re.fullmatch(r"[a-z0-9-]*", name):
        raise ValueError(f"{name!r} isn't the name of an icon.")
    return mark_safe(f'<svg class="icon" aria-hidden="true"><use href="#icon-{name}"/></svg>')


@cache
def icon_sprite(*names: str) -> SafeString:
    """A hidden ``<svg>`` that ``icon_use`` refers to, once a page."""
    symbols = "".join(f'<symbol id="icon-{name}" viewBox="0 0 24 24">{_shapes(name)}</symbol>' for name in names)
    return mark_safe(f'<svg class="sprite" aria-hidden="true">{symbols}</svg>')


def _shapes(name: str) -> str:
    svg = lucide(name)
    inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    return re.sub(r"\s*(<|/>)", r"\1", inner).strip()
