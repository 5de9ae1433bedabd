"""What `dev` remembers about a database between starts, so that later ones take no detour."""

from __future__ import annotations

import contextlib
from hashlib import blake2s, sha256
from pathlib import Path

import psycopg

from activity_project.embedded import PROJECT
from activity_project.failures import CannotStart

CONNECT_WITHIN_SECONDS = 5


class DatabaseNotes:
    """Notes on the database at `url`, in a folder of its own below `data_dir`."""

    def __init__(self, data_dir: Path, url: str) -> None:
        self._folder = data_dir / "dev" / blake2s(url.encode(), digest_size=4).hexdigest()
        self._url = url

    def open(self) -> None:
        """Look at the database; a new one is noted as still lacking demo data. Raises CannotStart."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if is_new(self._url):
            self._lacks_demo.touch()
            self.forget_migrations()

    def is_migrated(self) -> bool:
        """Whether today's migrations were all applied by an earlier `dev`."""
        return self._migrations.exists() and self._migrations.read_text() == migrations_digest()

    def note_migrated(self) -> None:
        """Today's migrations are applied."""
        self._migrations.write_text(migrations_digest())

    def forget_migrations(self) -> None:
        """Somebody else may have applied or undone migrations: next time, look."""
        self._migrations.unlink(missing_ok=True)

    def lacks_demo(self) -> bool:
        """Whether the database was new and has had no demo data since."""
        return self._lacks_demo.exists()

    def note_demo(self, sign_ins: str = "") -> None:
        """The demo data are there, with these sign-ins, or aren't wanted."""
        self._sign_ins.write_text(sign_ins)
        self._lacks_demo.unlink(missing_ok=True)

    def sign_ins(self) -> str:
        """The demo sign-ins as lines of text, or nothing."""
        with contextlib.suppress(FileNotFoundError):
            return self._sign_ins.read_text().strip()
        return ""

    @property
    def _migrations(self) -> Path:
        return self._folder / "migrations"

    @property
    def _lacks_demo(self) -> Path:
        return self._folder / "lacks-demo"

    @property
    def _sign_ins(self) -> Path:
        return self._folder / "sign-ins"


def is_new(url: str) -> bool:
    """Whether no migration has ever run in the database. Raises CannotStart when it can't be reached."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_WITHIN_SECONDS) as connection:
            found = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    except psycopg.Error as error:
        raise CannotStart(
            f"DATABASE_URL is set, and its PostgreSQL can't be used: {' '.join(str(error).split())}"
        ) from None
    return found == (None,)


def migrations_digest() -> str:
    """Changes whenever a migration of ours or the version of a dependency does."""
    digest = sha256()
    for path in [PROJECT / "requirements.txt", *sorted(PROJECT.glob("apps/**/migrations/*.py"))]:
        digest.update(str(path.relative_to(PROJECT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
