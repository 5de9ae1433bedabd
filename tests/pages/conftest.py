"""A real Chromium on the running product."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page

from tests import running

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, help="folder that the browser tests put their pictures in")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are skipped, and say so."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium found: install Debian's package chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]}


@pytest.fixture(autouse=True)
def _database_beside_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs an event loop in this thread, and Django would refuse to be asked anything beside one."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def site(committed: None, tmp_path: Path, settings: LazySettings) -> Iterator[str]:
    """The address of the product, with web server and worker as in production."""
    with running.web(tmp_path / "web.log") as address, running.worker(tmp_path / "worker.log"):
        yield address


@pytest.fixture
def console(page: Page) -> list[str]:
    """Everything that the browser complains about; must stay empty."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.fixture
def screenshot(request: pytest.FixtureRequest, page: Page) -> "Screenshot":
    return Screenshot(page, request.config.getoption("--screenshots"))


class Screenshot:
    """Takes pictures where a folder for them was given."""

    def __init__(self, page: Page, folder: Path | None) -> None:
        self._page, self._folder = page, folder

    def __call__(self, name: str) -> None:
        if self._folder:
            self._page.screenshot(path=self._folder / f"{name}.png")
