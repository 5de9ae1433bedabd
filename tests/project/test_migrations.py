"""Migrations beside a running site: what would stop it, or code that still runs, is refused (docs/migrations.md)."""

import json
import subprocess
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.models import NOT_PROVIDED, GeneratedField, ManyToManyField

# Up to these, nothing had ever been installed.
BASELINE = {
    "accounts": "0009_erasure",
    "credentials": "0008_bounced_claim_mails",
    "credits": "0006_erasure",
    "generations": "0007_cheaper_histories",
    "orders": "0009_staff_pages",
    "sandbox": "0002_uploads",
    "webhooks": "0002_event_readings",
}
SQUAWK = Path(sys.executable).with_name("squawk")
# Of taste, or seen to by `migrate` itself (timeouts), or by the rule on migrations that may run twice.
NOT_OURS = (
    "prefer-text-field,prefer-bigint-over-int,prefer-bigint-over-smallint,prefer-identity,prefer-timestamp-tz,"
    "prefer-robust-stmts,require-lock-timeout,require-statement-timeout,ban-char-field"
)
MAY_RUN_TWICE = (AddIndexConcurrently, RemoveIndexConcurrently, migrations.RunPython)


def newer_migrations() -> list[Migration]:
    """Those of our own apps that came after the baseline."""
    found = sorted(MigrationLoader(None).graph.nodes.items())
    return [migration for (label, name), migration in found if _is_ours(label) and name > BASELINE.get(label, "")]


def _is_ours(label: str) -> bool:
    return apps.get_app_config(label).name.startswith("apps.")


def sql_of(migration: Migration) -> str:
    """What it would have PostgreSQL do."""
    said = StringIO()
    call_command("sqlmigrate", migration.app_label, migration.name, stdout=said, no_color=True)
    return said.getvalue()


def complaints(sql: str) -> set[str]:
    """The names of squawk's rules that the statements break."""
    command = [
        str(SQUAWK),
        "--pg-version=18",
        "--reporter=json",
        f"--exclude={NOT_OURS}",
        "--stdin-filepath=migration.sql",
    ]
    said = subprocess.run(command, input=sql, capture_output=True, text=True, timeout=60)
    return {complaint["rule_name"] for complaint in json.loads(said.stdout)}


def unfillable(operations: Sequence[Any]) -> set[str]:
    """New columns that code which doesn't know them can't leave out."""
    added = [operation for operation in operations if isinstance(operation, migrations.AddField)]
    return {
        f"{operation.model_name}.{operation.name}"
        for operation in added
        if not operation.field.null
        and operation.field.db_default is NOT_PROVIDED
        and not isinstance(operation.field, ManyToManyField | GeneratedField)
    }


def not_repeatable(migration: Migration) -> set[str]:
    """What a migration without a transaction would do twice, where it broke off half-way."""
    if migration.atomic:
        return set()
    return {type(operation).__name__ for operation in migration.operations if not isinstance(operation, MAY_RUN_TWICE)}


def test_new_migrations_stop_neither_the_site_nor_the_code_that_still_runs(db: None) -> None:
    faults = {}
    for migration in newer_migrations():
        found = complaints(sql_of(migration)) - set(getattr(migration, "accepted", {}))
        found |= unfillable(migration.operations) | not_repeatable(migration)
        if found:
            faults[f"{migration.app_label}.{migration.name}"] = sorted(found)

    assert not faults, f"See docs/migrations.md: {faults}"


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ('ALTER TABLE "orders" DROP COLUMN "reconciled_at" CASCADE;', "ban-drop-column"),
        ('ALTER TABLE "orders" RENAME COLUMN "email" TO "address";', "renaming-column"),
        ('DROP TABLE "carts" CASCADE;', "ban-drop-table"),
        ('ALTER TABLE "orders" ALTER COLUMN "id" TYPE bigint;', "changing-column-type"),
        ('ALTER TABLE "orders" ALTER COLUMN "email" SET NOT NULL;', "adding-not-nullable-field"),
        (
            'ALTER TABLE "orders" ADD COLUMN "at" timestamptz DEFAULT clock_timestamp() NOT NULL;',
            "adding-field-with-default",
        ),
        ('CREATE INDEX "order_email" ON "orders" ("email");', "require-concurrent-index-creation"),
        ('ALTER TABLE "orders" ADD CONSTRAINT "some" CHECK ("total" > 0);', "constraint-missing-not-valid"),
        ('ALTER TABLE "orders" ADD CONSTRAINT "one" UNIQUE ("email");', "disallowed-unique-constraint"),
    ],
)
def test_what_would_stop_the_site_is_seen(sql: str, rule: str) -> None:
    assert rule in complaints(f"BEGIN;\n{sql}\nCOMMIT;")


@pytest.mark.parametrize(
    "sql",
    [
        'BEGIN; CREATE TABLE "new" ("id" bigint PRIMARY KEY); CREATE INDEX "new_id" ON "new" ("id"); COMMIT;',
        'ALTER TABLE "orders" ADD COLUMN "note" text DEFAULT \'\' NOT NULL;',
        'CREATE INDEX CONCURRENTLY "order_email" ON "orders" ("email");',
        'ALTER TABLE "orders" ADD CONSTRAINT "some" CHECK ("total" > 0) NOT VALID;',
    ],
)
def test_what_stops_nobody_is_let_through(sql: str) -> None:
    assert not complaints(sql)


def test_a_column_that_running_code_cannot_fill_is_seen() -> None:
    def adding(field: "models.Field[Any, Any]") -> migrations.AddField:
        return migrations.AddField("order", "note", field)

    assert unfillable([adding(models.TextField(default=""))]) == {"order.note"}
    assert not unfillable([adding(models.TextField(null=True)), adding(models.TextField(db_default=""))])


def test_what_a_killed_migration_would_do_twice_is_seen() -> None:
    class Halfway(Migration):
        atomic = False
        operations = (migrations.AddField("order", "note", models.TextField(null=True)),)

    assert not_repeatable(Halfway("0001_halfway", "orders")) == {"AddField"}
