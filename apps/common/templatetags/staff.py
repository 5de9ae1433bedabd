"""The navigation of the staff's area."""

from dataclasses import dataclass

from django import template
from django.template.context import RequestContext

from apps.common.paths import path_to
from apps.common.staff_pages import StaffPage, pages_for

register = template.Library()


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page with its address. ``current`` as ``aria-current`` wants it: the page itself, one below it, or neither."""

    page: StaffPage
    url: str
    current: str
    badge_url: str


@register.simple_tag(takes_context=True)
def staff_navigation(context: RequestContext) -> list[NavItem]:
    """``{% staff_navigation as items %}``: what the person who asks may open, and where they are."""
    here = context["request"].path
    return [_item(page, path_to(page.name), here) for page in pages_for(context["user"])]


def _item(page: StaffPage, url: str, here: str) -> NavItem:
    current = "page" if here == url else "true" if here.startswith(url) else ""
    return NavItem(page, url, current, path_to(page.badge) if page.badge else "")
