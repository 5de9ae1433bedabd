"""No page of a person's asks across people: a statement names whose rows it means, or why it needn't is written here.

It is what a database that is spread over machines by person asks for: such a statement goes to one of them. Where rows
are found by ids that only one person's rows have, the answer is right anyway, but each machine has to be asked.
"""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.stage import Stage
from tests.test_access_matrix import ACTS, GONE, MATRIX, NAMES

OWNED = {
    "api_tokens", "carts", "characters", "credit_accounts", "credit_transactions", "generation_images",
    "generation_job_words", "generation_jobs", "image_downloads", "orders", "period_resets", "prompts", "subscriptions",
    "visits",
}  # fmt: skip

# What may stand without the person, and why; each is met by some page, or it has to go.
REASONS = {
    r"FROM generation_jobs\s+WHERE id = ANY": "the timeline's links: looked up by id, and whose they are asked of what "
    "was found, because beside the ids the planner would read all that the owner has",
    r'LEFT OUTER JOIN "characters" ON \("generation_jobs"\."character_id"': "a job's character, by the job's own key",
    r'"generation_images" INNER JOIN "generation_jobs" ON': "an image's job, by the image's own key",
    r'FROM "generation_images" WHERE "generation_images"\."job_id" IN': "images of jobs that were found by person",
    r'FROM "(cart|order)_lines" (INNER|LEFT)': "lines of a cart or an order, which guests have too",
    r'FROM "carts" WHERE "carts"\."id" =': "the cart that a reminder's signed link names",
    r'FROM "orders" WHERE \("orders"\."user_id" IS NULL': "a guest's order, which a signed link names",
    r'UPDATE "api_tokens" SET "revoked_at"': "a token that was found by person just before",
}

_KEYWORDS = "WHERE|SET|ON|INNER|LEFT|ORDER|LIMIT|CROSS|GROUP|FOR|VALUES|RETURNING|JOIN|AS"
_NAMED = re.compile(rf'\b(?:FROM|JOIN|UPDATE)\s+"?(\w+)"?(?:\s+(?:AS\s+)?(?!(?:{_KEYWORDS})\b)"?(\w+)"?)?')


def unnamed(statement: str) -> Iterator[str]:
    """The tables of a person's that the statement names without the person."""
    for table, alias in _NAMED.findall(statement):
        if table in OWNED and not _names_person(statement, table, alias):
            yield table


def _names_person(statement: str, table: str, alias: str) -> bool:
    """By alias or table name, or without either, once for each time that one of these tables is named so."""
    column = rf'(?:\b|"){alias or table}"?\."?user_id"?'
    if re.search(rf"{column}\s*(?:=|IN)|=\s*{column}", statement):
        return True
    bare = [table for table, alias in _NAMED.findall(statement) if table in OWNED and not alias]
    return not alias and len(re.findall(r"(?<![\w.\"])user_id = ", statement)) >= len(bare)


def statements_of(browser: Client, name: str, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        answer = browser.post(url) if name in ACTS else browser.get(url)
        b"".join(answer)  # a file is read while it is sent
    return [" ".join(query["sql"].split()) for query in captured.captured_queries]


def test_every_statement_of_a_persons_pages_names_the_person_or_says_why_not(stage: Stage) -> None:
    theirs = [name for name in NAMES if MATRIX[name]["owner"] != GONE and not name.startswith("staff:")]
    crossing, met = set(), set()
    for name in theirs:
        for url in stage.addresses[name]:
            for statement in statements_of(stage.browser("owner"), name, url):
                if tables := set(unnamed(statement)):
                    reasons = {pattern for pattern in REASONS if re.search(pattern, statement)}
                    met |= reasons
                    crossing |= set() if reasons else {(name, *sorted(tables), statement)}

    assert crossing == set()
    assert met == set(REASONS)


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT 1 FROM generation_jobs j WHERE j.user_id = 1", []),
        ("SELECT 1 FROM generation_jobs WHERE id = 1", ["generation_jobs"]),
        ('SELECT 1 FROM "carts" WHERE "carts"."user_id" = 1', []),
        ('SELECT 1 FROM "carts" INNER JOIN "orders" ON ("orders"."cart_id" = "carts"."id") WHERE "carts"."user_id" = 1',
         ["orders"]),
        ("SELECT 1 FROM plans WHERE id = 1", []),
    ],
    ids=["by alias", "by id", "quoted", "one of two", "nobody's"],
)  # fmt: skip
def test_what_names_nobody_is_noticed(statement: str, tables: list[str]) -> None:
    assert list(unnamed(statement)) == tables
