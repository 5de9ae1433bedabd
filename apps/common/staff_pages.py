"""The pages and figures of the staff's area: each app registers its own, so that the area itself needs to know none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.utils.functional import Promise

Person: TypeAlias = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPage:
    """A page for those of the staff who have the permission; ``about`` says which question it answers.

    ``place`` orders the pages in the navigation. ``badge`` names the address of a fragment, such as a count of what
    needs attention, that stands beside the title, is asked for after the page, and kept fresh while it is looked at.
    ``opens_for`` decides instead of the permission where there is more to it.
    """

    name: str
    title: str | Promise
    about: str | Promise
    icon: str
    permission: str
    place: int = 50
    badge: str = ""
    opens_for: Callable[[PermissionsMixin], bool] | None = None

    def is_open_to(self, user: Person) -> bool:
        """Whether the person may open it."""
        if not isinstance(user, PermissionsMixin):
            return False
        return self.opens_for(user) if self.opens_for else user.has_perm(self.permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFigure:
    """A figure of the area's first page: the number as words, what it counts, and the page that tells more."""

    value: str
    label: str
    url: str
    note: str = ""
    tone: str = ""


Figures: TypeAlias = Callable[[Person], Iterator[StaffFigure]]

_pages: dict[str, StaffPage] = {}
_figures: list[tuple[str, Figures]] = []


def register(page: StaffPage) -> StaffPage:
    """Lists the page in the area's navigation and on its first page."""
    _pages[page.name] = page
    return page


def register_figures(permission: str) -> Callable[[Figures], Figures]:
    """Shows the figures on the area's first page to whoever has the permission."""

    def add(figures: Figures) -> Figures:
        _figures.append((permission, figures))
        return figures

    return add


def pages_for(user: Person) -> list[StaffPage]:
    """The pages that the person may open, in the order of the navigation."""
    return sorted(
        (page for page in _pages.values() if page.is_open_to(user)), key=lambda page: (page.place, str(page.title))
    )


def figures_for(user: Person) -> list[StaffFigure]:
    """The figures that the person may see."""
    return [
        figure
        for permission, figures in _figures
        if isinstance(user, PermissionsMixin) and user.has_perm(permission)
        for figure in figures(user)
    ]
