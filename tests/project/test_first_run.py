"""What is remembered of a database between starts."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from activity_project.first_run import DatabaseNotes


def notes(data_dir: Path) -> DatabaseNotes:
    """On the empty database that this run's server came with: the tests' own is another."""
    made = DatabaseNotes(data_dir, os.environ["DATABASE_URL"])
    made.open()
    return made


def test_a_new_database_lacks_demo_data_until_they_are_noted(tmp_path: Path) -> None:
    assert notes(tmp_path).lacks_demo()
    first = notes(tmp_path)
    first.note_demo("somebody@example  a-password\n")
    assert not first.lacks_demo()
    assert first.sign_ins() == "somebody@example  a-password"


def test_a_database_in_use_is_never_filled(tmp_path: Path) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE django_migrations ()")
        try:
            assert not notes(tmp_path).lacks_demo()
            assert notes(tmp_path).sign_ins() == ""
        finally:
            connection.execute("DROP TABLE django_migrations")


def test_migrations_are_looked_at_again_when_they_or_the_database_change(tmp_path: Path) -> None:
    first = notes(tmp_path)
    assert not first.is_migrated()
    first.note_migrated()
    assert first.is_migrated()
    first.forget_migrations()
    assert not first.is_migrated()
    first.note_migrated()
    assert not notes(tmp_path).is_migrated()  # the database is new: another stands where it stood
