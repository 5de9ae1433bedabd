"""The drill of docs/backup.md: its very commands, without the containers, to a server that was made a moment ago."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from activity_project.embedded import installation
from apps.generations.models import GenerationJob
from apps.orders.models import Order
from tests.composition import ROOT
from tests.conftest import SignedIn
from tests.factories import UserFactory, with_credits
from tests.faults.books import assert_books_agree
from tests.faults.servers import Database, working_on
from tests.orders.wares import bought_poster, picture_of, poster
from tests.services import throw_away_folder

TOOLS = ("pg_dump", "pg_restore", "dropdb", "createdb")
PROGRAMS = installation.find().programs

pytestmark = [
    pytest.mark.faults,
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif(
        not all((PROGRAMS / tool).exists() for tool in TOOLS),
        reason="PostgreSQL's tools aren't installed: that a backup can be restored isn't shown here",
    ),
]

# What differs between two answers to the same question: tokens against forged requests, cursors, keys of new forms.
PASSING = re.compile(rb"[A-Za-z0-9_\-]{40,}={0,2}(?:%3D)*|name=\"key\" value=\"[0-9a-f-]{36}\"")
TOOL = r"(?=pg_dump|pg_restore|dropdb|createdb|tar)"
IN_CONTAINER = re.compile(rf"docker compose (?:exec -T|run --rm -T --no-deps) \w+ {TOOL}")
LONGEST_S = 120
OWNERS = ("activity:timeline", "activity:export-csv", "generations:gallery", "accounts:account", "shop:orders")
STAFFS = ("staff:orders", "staff:feed", "staff:generations")


def documented(heading: str) -> list[str]:
    """The commands below a heading of the page that concern what is kept, as they are run outside of containers."""
    section = (ROOT / "docs/backup.md").read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL) for line in block.splitlines()]
    return [IN_CONTAINER.sub("", line) for line in lines if IN_CONTAINER.match(line)]


def run(commands: list[str], *, backup: Path, files: Path) -> None:
    """The page's commands where this process's database is, with its name and user, and the files in that folder."""
    settings = connection.settings_dict
    told = {"PGHOST": settings["HOST"], "PGPORT": settings["PORT"], "PGPASSWORD": settings["PASSWORD"]}
    environment = os.environ | {name: value for name, value in told.items() if value}
    environment["PATH"] = f"{PROGRAMS}{os.pathsep}{environment['PATH']}"
    here = {
        "--directory=/data": f"--directory={files}",
        "--username=activity": f"--username={settings['USER']}",
        "--dbname=activity": f"--dbname={settings['NAME']}",
    }
    connection.close()
    for command in commands:
        placed = re.sub("|".join(here), lambda found: here[found[0]], command)
        subprocess.run(["/bin/sh", "-c", placed], cwd=backup, env=environment, check=True, timeout=LONGEST_S)


def transaction_ids() -> tuple[int, int]:
    """The server's next, and the highest that a row of the timeline bears."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint, max(queued_xid::text::bigint)"
            " FROM generation_jobs"
        )
        following, highest = cursor.fetchone()
    return following, highest


@dataclass(frozen=True)
class People:
    """Browsers that stay signed in, and what they look at."""

    owner: SignedIn
    teammate: SignedIn
    order: Order
    job: GenerationJob

    def see(self) -> dict[str, bytes]:
        """What each page and file says, but for what is another with each answer."""
        job, order = self.job.pk, self.order.pk
        theirs = [*map(reverse, OWNERS), reverse("generations:result", args=[job]), reverse("shop:order", args=[order])]
        theirs += [reverse("generations:image", args=[job, 1])]
        staffs = [*map(reverse, STAFFS), reverse("staff:order", args=[order])]
        asked = [(self.owner, path) for path in theirs] + [(self.teammate, path) for path in staffs]
        return {path: said_by(browser, path) for browser, path in asked}


def said_by(browser: SignedIn, path: str) -> bytes:
    answer = browser.get(path)
    assert answer.status_code == 200
    content = answer.getvalue()
    answer.close()
    return PASSING.sub(b"...", content)


@pytest.fixture
def people() -> People:
    """Someone with a picture, credits and a paid order, whose log says so; and someone of the staff."""
    owner, teammate = UserFactory.create(), UserFactory.create(is_staff=True, is_superuser=True)
    image, order = picture_of(with_credits(owner, 7)), bought_poster(owner, poster())
    return People(SignedIn(owner), SignedIn(teammate), order, image.job)


@pytest.fixture
def new_server() -> Iterator[Database]:
    """Nothing was ever written there."""
    with throw_away_folder() as folder:
        server = Database(folder)
        yield server
        server.kill()


def test_a_restored_installation_says_what_the_lost_one_said_and_goes_on(
    people: People, new_server: Database, settings: LazySettings, tmp_path: Path
) -> None:
    files, backup = Path(settings.MEDIA_ROOT).parent, tmp_path / "backup"
    for folder in (backup, files / "spool"):
        folder.mkdir(exist_ok=True)
    with time_machine.travel(timezone.now(), tick=False):
        said = people.see()
        run(documented("Taking a backup"), backup=backup, files=files)
        shutil.rmtree(settings.MEDIA_ROOT)

        with working_on(new_server.url):
            run(documented("Restoring"), backup=backup, files=files)

            following, highest = transaction_ids()
            assert following < highest
            assert people.see() == said
            call_command("migrate", "--check", verbosity=0)
            assert_books_agree()
            picture_of(people.job.user)
            assert_books_agree()
