"""Words that came in before, by whatever way: no page holds them as they are stored, whoever looks at it."""

from collections.abc import Iterator
from typing import Final

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Field

from tests.addresses import names_of_ours
from tests.security import hostile
from tests.stage import WHO, Stage, read_to_the_end

# Words in them are the product's own, by which it finds or opens something, and nobody writes them.
OUR_OWN: Final = {
    "accounts.ApiToken.digest",
    "accounts.User.password",
    "accounts.User.time_zone",
    "credentials.CredentialActivity.activity_id",
    "credentials.SigningKey.seal",
    "credentials.SigningKey.sealed_private_jwk",
    "mfa.Authenticator.type",
}


def _texts() -> Iterator[tuple[str, str, int | None]]:
    """Table, column and length of every text that is stored as it comes."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if _holds_words(model, field):
                yield model._meta.db_table, str(field.column), getattr(field, "max_length", None)


def _holds_words(model: type[models.Model], field: "Field[object, object]") -> bool:
    is_text = isinstance(field, models.CharField | models.TextField)
    is_ours = field.choices or field.unique or field.primary_key or f"{model._meta.label}.{field.name}" in OUR_OWN
    return is_text and not is_ours and not getattr(field, "generated", False)


def _replaced(table: str, change: str) -> int:
    """How many rows a change was made in: none where the table's own checks don't let such words in."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {connection.ops.quote_name(table)} SET {change}")
            return int(cursor.rowcount)
    except DatabaseError:
        return 0


@pytest.fixture
def full_of_scripts(stage: Stage) -> Stage:
    """The stage, on which every stored text begins with a script."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # whatever triggers would have said
    changed = 0
    for table, column, length in _texts():
        name = connection.ops.quote_name(column)
        changed += _replaced(table, f"{name} = left('{hostile.SCRIPT}' || {name}, {length or 1_000})")
    assert changed > 50
    return stage


@pytest.mark.parametrize("who", WHO)
def test_no_page_holds_what_is_stored_as_it_is(who: str, full_of_scripts: Stage) -> None:
    for name in names_of_ours():
        for where in full_of_scripts.addresses[name]:
            answer = full_of_scripts.browser(who).get(where)
            read_to_the_end(answer)

            assert answer.status_code < 500, where
            if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
                assert not [each for each in hostile.UNESCAPED if each in answer.text], where
