"""Two versions side by side: the one before serves while the database is migrated, and beside the new one after it.

``python3 manage.py test tests/faults/test_versions.py --old-version COMMIT``, with what runs in production: takes about
two minutes. Nothing is refused by either, before, during and after, and every job is paid for once.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock

import pytest

from tests import running
from tests.faults.outside import PAUSE_S, asked, beside
from tests.faults.patience import eventually
from tests.faults.reporting import Report
from tests.faults.servers import Broker, Database
from tests.faults.versions import NoSuchVersion, Version
from tests.services import throw_away_folder

pytestmark = pytest.mark.faults

READS = ("/healthz", "/shop/", "/api/v1/activity", "/api/v1/usage", "/api/v1/generations")
ROUNDS = 4
SOMEBODY = """
import django; django.setup()
from tests.factories import UserFactory, issued, on_plan, with_credits
from apps.accounts.scopes import Scope
print("token", issued(with_credits(on_plan(UserFactory.create(), "studio"), 100), *Scope).secret)
"""


class Program:
    """Reads, and has an image made in each round, at a version of the site."""

    def __init__(self, token: str) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.rounds = 0
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._lock = Lock()

    def go_round(self, version: str, address: str) -> None:
        body = json.dumps({"prompt": f"a quiet beach [refuse] {self.rounds}", "quality": "standard"}).encode()
        answers = [asked(address, "GET", path, headers=self._headers)[0] for path in READS]
        answers.append(asked(address, "POST", "/api/v1/generations", body, self._headers)[0])
        with self._lock:
            self.rounds += 1
            self.answers.update((version, status) for status in answers)

    def jobs(self, address: str) -> Counter[str]:
        """How many of its jobs stand how."""
        _, body = asked(address, "GET", "/api/v1/generations?limit=100", headers=self._headers)
        return Counter(job["status"] for job in json.loads(body)["items"])


@pytest.fixture
def database() -> Iterator[Database]:
    with throw_away_folder() as folder:
        running_database = Database(folder)
        yield running_database
        running_database.kill()


@pytest.fixture
def versions(
    request: pytest.FixtureRequest, database: Database, broker: Broker, tmp_path: Path
) -> tuple[Version, Version]:
    """The old one and ours, on one database, broker and storage."""
    commit = request.config.getoption("--old-version")
    if not commit:
        pytest.skip("run when a release is made, with --old-version COMMIT: see docs/migrations.md")
    places = {"DATABASE_URL": database.url, "REDIS_URL": broker.url, "MEDIA_ROOT": str(tmp_path / "media")}
    told = os.environ | places | {"ACTIVITY_DATA_DIR": str(tmp_path), "DEBUG": "1", "SANDBOX": "0"}
    try:
        old = Version.of_commit(str(commit), tmp_path / "old", told)
    except NoSuchVersion as reason:
        pytest.skip(f"the code of {commit} isn't in this clone: {reason}")
    return old, Version(running.ROOT, tmp_path / "new", told)


def test_the_old_version_serves_during_the_migration_and_beside_the_new_one_after_it(
    versions: tuple[Version, Version], report: Report
) -> None:
    old, new = versions
    old.run("-m", "django", "migrate", "--verbosity=0")
    program = Program(old.run("-c", SOMEBODY).split("token ")[1].strip())
    with old.serving() as address:

        def use_the_old_one(stopped: Event) -> None:
            while not stopped.wait(PAUSE_S):
                program.go_round("old", address)

        with beside(use_the_old_one):
            eventually(lambda: program.rounds >= ROUNDS)
            migrated = new.run("-m", "django", "migrate")
            before = program.rounds
            with new.serving() as new_address:
                for _ in range(ROUNDS):
                    program.go_round("new", new_address)
                eventually(lambda: program.rounds >= before + 2 * ROUNDS)
        with new.serving() as new_address:
            eventually(lambda: set(program.jobs(new_address)) <= {"completed", "failed"})
            jobs = program.jobs(new_address)

    report(f"{migrated.count(' OK')} migrations; answers {dict(program.answers)}; jobs {dict(jobs)}")
    assert {status for _, status in program.answers} == {200, 201}
    assert jobs.total() == min(program.rounds, 100)
    assert "all of them add up" in new.run("-m", "django", "verify_ledger")
