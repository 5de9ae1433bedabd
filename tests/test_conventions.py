"""The house's rules, as tests: what no reviewer should have to look for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from apps.activity.items import TYPE_OF_KIND, ActivityType
from tests.addresses import our_patterns

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for path in (ROOT / "apps").rglob("*.py") if "migrations" not in path.parts)
WITHOUT_HTTP = {
    "ledger.py", "enrolment.py", "verification.py", "operations.py", "production.py", "sweep.py", "queries.py",
    "gallery.py", "history.py", "timeline.py", "statement.py", "items.py", "usage.py", "states.py", "models.py",
    "visits.py", "adoption.py", "periods.py", "renewal.py", "plan_changes.py", "paid_subscriptions.py", "counts.py",
    "plans.py",
    "issuing.py", "claiming.py", "standing.py", "expiry.py", "holding.py", "log.py",
    "carts.py", "cart_contents.py", "catalogue.py", "checkout.py", "artwork.py", "customer_orders.py", "packs.py",
    "product_sync.py", "product_pictures.py",
    "progress.py", "inbox.py", "processing.py",
    "insights.py", "scan.py", "jobs.py", "statistics.py", "people.py",
}  # fmt: skip
PACKAGES_WITHOUT_HTTP = {"feed", "log", "operations", "models", "webhook_handlers"}
# Whoever says where a thing is used has to name it.
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "misc.py", "manager.py", "data.py", "info.py"}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("pattern", list(our_patterns(get_resolver())), ids=lambda pattern: str(pattern.name))
def test_every_view_says_who_may_open_it(pattern: URLPattern) -> None:
    assert getattr(pattern.callback, "access", None), f"{pattern.name} needs a mark of apps.common.access"


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if p.name in WITHOUT_HTTP or p.parent.name in PACKAGES_WITHOUT_HTTP],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_operations_and_queries_never_know_http(path: Path) -> None:
    assert not {name for name in _imports(path) if name.startswith(("django.http", "django.shortcuts"))}


@pytest.mark.parametrize("path", [p for p in MODULES if "views" in p.name], ids=lambda p: str(p.relative_to(ROOT)))
def test_views_start_every_query_from_the_person(path: Path) -> None:
    reads = [line for line in path.read_text().splitlines() if ".objects." in line and ".objects.create(" not in line]

    assert not [line for line in reads if "user=request.user" not in line]


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "tasks.py"], ids=lambda p: str(p.relative_to(ROOT)))
def test_what_runs_in_the_background_goes_by_the_clock_that_all_share(path: Path) -> None:
    assert "timezone.now" not in path.read_text(), "machines' clocks differ: apps.common.clock doesn't"


def test_files_are_named_after_what_is_in_them() -> None:
    assert not [path for path in MODULES if path.name in FORBIDDEN_NAMES]


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{path}:{node.lineno}"
        for path in MODULES
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert not inside


def test_every_kind_of_row_has_its_type_of_item() -> None:
    assert set(TYPE_OF_KIND.values()) == set(ActivityType)
