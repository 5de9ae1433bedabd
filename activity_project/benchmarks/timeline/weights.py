"""What a page weighs: statements and bytes."""

from collections.abc import Iterator

from activity_project.benchmarks.figures import Figure
from activity_project.benchmarks.timeline.browsing import PAGE, Browser
from activity_project.benchmarks.timeline.history import HEAVY, MEDIAN

BYTES_A_KB = 1_000


def figures() -> Iterator[Figure]:
    """Statements and bytes of the page, of whichever person's are more."""
    browsers = {"heavy": Browser(HEAVY), "median": Browser(MEDIAN)}
    for browser in browsers.values():
        browser.open(PAGE)
    queries = {who: browser.queries(PAGE) for who, browser in browsers.items()}
    yield _most("statements: session, user, timeline", queries, 3)
    packed = {who: browser.size(PAGE) / BYTES_A_KB for who, browser in browsers.items()}
    yield _most("HTML of a page, compressed", packed, 8, unit="KB")
    plain = {who: browser.size(PAGE, compressed=False) / BYTES_A_KB for who, browser in browsers.items()}
    yield _most("HTML of a page, uncompressed", plain, 45, unit="KB")


def _most(name: str, values: dict[str, float] | dict[str, int], most: float, unit: str = "") -> Figure:
    worst = max(values, key=lambda who: values[who])
    return Figure(name=name, value=values[worst], most=most, unit=unit, about=worst)
