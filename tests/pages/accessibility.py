"""What axe, and a narrow screen, have to say of a page."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

Theme: TypeAlias = Literal["light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")


class Screen(NamedTuple):
    """A page in a window so wide, in a theme, and the folder for its pictures where they are wanted."""

    page: Page
    width: int
    theme: Theme
    pictures: Path | None

    def assert_accessible(self, what: str) -> None:
        """Fails with axe's words where it finds anything, or where the page scrolls sideways."""
        self.page.wait_for_load_state()  # without its styles a page has other colours
        found = Axe().run(self.page)
        where = f"{what} at {self.width} px, {self.theme}"
        assert found.violations_count == 0, f"{where}: {found.generate_report()}"
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"
        self._take_picture(what.strip("/").partition("?")[0].replace("/", "-"))

    def _take_picture(self, name: str) -> None:
        if self.pictures:
            path = self.pictures / f"{name}-{self.width}-{self.theme}.png"
            self.page.screenshot(path=path, full_page=True)


# A phone and a desk, a theme each: what goes wrong does so by width or by colour, hardly ever by both.
SCREENS: Final[tuple[tuple[int, Theme], ...]] = ((390, "dark"), (1440, "light"))
# Where pictures are taken somebody looks at them: in every combination.
ALL_SCREENS: Final = tuple(product((390, 1440), THEMES))


def screens(browser: Browser, pictures: Path | None) -> Iterator[Screen]:
    """An empty page on one screen after the other. The content security policy is off: axe evaluates scripts.

    The console is watched in other tests.
    """
    for width, theme in ALL_SCREENS if pictures else SCREENS:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            bypass_csp=True,
            reduced_motion="reduce",
        )
        yield Screen(context.new_page(), width, theme, pictures)
        context.close()
