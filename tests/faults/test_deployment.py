"""docker-compose.yml's own commands behind its own proxy: a deployment that nobody outside notices."""

import http.client
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from apps.accounts.models import User
from tests.composition import has_program
from tests.conftest import SignedIn
from tests.faults.sites import PATIENCE_S, WEB, Site, collect_static_files
from tests.services import throw_away_folder

pytestmark = [
    pytest.mark.faults,
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif(
        not has_program("nginx"),
        reason="nginx isn't installed: that a deployment fails no request, and that a file which breaks off behind the"
        " proxy doesn't look complete, isn't shown here",
    ),
]

# Of a page, and of a webhook that nobody signed: refused, later for coming too often.
FINE = {200, 400, 429}


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    collect_static_files(folder)
    return folder


@pytest.fixture
def site(static: Path) -> Iterator[Site]:
    with throw_away_folder() as folder:
        site = Site(folder, static)
        try:
            site.start()
            yield site
        finally:
            site.close()


def knock(site: Site, enough: Event) -> Counter[int]:
    """What a browser that asks and posts without a pause is answered."""
    answers: Counter[int] = Counter()
    browser = site.browser()
    while not enough.is_set():
        for method, path in (("GET", "/"), ("POST", "/webhooks/stripe/")):
            browser.request(method, path)
            answer = browser.getresponse()
            answer.read()
            answers[answer.status] += 1
    browser.close()
    return answers


def test_no_request_fails_while_one_web_server_after_the_other_is_replaced(site: Site) -> None:
    enough = Event()
    with ThreadPoolExecutor(3) as people:
        asking = [people.submit(knock, site, enough) for _ in range(3)]
        try:
            statuses = [site.replace(service) for service in WEB]
        finally:
            enough.set()
        answers: Counter[int] = sum((one.result(PATIENCE_S) for one in asking), Counter())

    assert statuses == [0, 0]
    assert answers[200] > 0
    assert not answers.keys() - FINE


def test_a_file_that_breaks_off_behind_the_proxy_does_not_look_complete(site: Site, history: User) -> None:
    browser = site.browser()
    browser.request(
        "GET", "/activity/export.csv", headers={"Cookie": SignedIn(history).cookies.output(header="").strip()}
    )
    answer = browser.getresponse()
    assert answer.status == 200
    answer.read(1_000)
    for service in WEB:
        site.kill(service)

    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    browser.close()
