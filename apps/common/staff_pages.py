"""The pages of the staff's area: each app registers its own, so that the area's first page needs to know none."""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPage:
    """A page for those of the staff who have the permission; ``about`` says which question it answers."""

    name: str
    title: str | Promise
    about: str | Promise
    icon: str
    permission: str


_pages: dict[str, StaffPage] = {}


def register(page: StaffPage) -> StaffPage:
    """Lists the page on the area's first page."""
    _pages[page.name] = page
    return page


def pages_for(user: AbstractBaseUser | AnonymousUser) -> list[StaffPage]:
    """The pages that the person may open, by title."""
    may = [page for page in _pages.values() if isinstance(user, PermissionsMixin) and user.has_perm(page.permission)]
    return sorted(may, key=lambda page: str(page.title))
