"""A real Chromium on the running product."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from django.conf import LazySettings
from django.db import connections
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from tests import running
from tests.conftest import empty_database
from tests.pages.accessibility import Screen, screens

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE_MS = 60_000  # a machine with other work; nothing waits for that long where all is well
LAUNCHED_WITH = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, help="folder that the browser tests put their pictures in")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are skipped, and say so."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium found: install Debian's package chromium"))


@pytest.fixture
def browser(django_db_setup: None) -> Iterator[Browser]:
    """A Chromium for one test. Its event loop ends with it: beside one Django refuses a database to other tests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCHED_WITH)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page. Nothing moves, so that pictures show where things come to rest."""
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def on_screens(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """An empty page on a phone's screen and on a desk's, in a light and a dark theme, to be judged by axe."""
    return screens(browser, request.config.getoption("--screenshots"))


@pytest.fixture
def beside_the_browser(browser: Browser, django_db_blocker: DjangoDbBlocker) -> Iterator["BesideTheBrowser"]:
    """Runs a function in a thread without an event loop, where it can use the database."""
    with django_db_blocker.unblock(), ThreadPoolExecutor(max_workers=1) as thread:
        yield lambda function: thread.submit(_and_disconnect, function).result()


BesideTheBrowser: TypeAlias = Callable[[Callable[[], Any]], Any]


def _and_disconnect(function: Callable[[], Any]) -> Any:
    try:
        return function()
    finally:
        connections.close_all()


@pytest.fixture
def site(beside_the_browser: BesideTheBrowser, tmp_path: Path, settings: LazySettings) -> Iterator[str]:
    """The address of the product, with web server and worker as in production; emptied afterwards."""
    environment = beside_the_browser(running.environment)
    with running.web_and_worker(tmp_path, environment) as address:
        yield address
    beside_the_browser(empty_database)


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
            self._page.wait_for_load_state("networkidle")
            self._page.screenshot(path=self._folder / f"{name}.png")
