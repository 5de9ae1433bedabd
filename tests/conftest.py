"""The cast and the stage of every test: owner, teammate and stranger; a database that commits where threads need it."""

import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import override_settings, setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from apps.accounts.models import User
from tests.addresses import names_of_ours
from tests.factories import UserFactory
from tests.stage import Stage, set_stage, taken_back

LONGEST_LIMIT_S = 600
hypothesis.settings.register_profile("long", max_examples=500, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of tests that can take long; here, because those of a folder's own aren't known to a run of all."""
    parser.addoption("--load-minutes", type=float, help="how long the load of tests/faults/test_load.py lasts")
    parser.addoption("--old-version", help="the commit beside which tests/faults/test_versions.py runs this one")


@pytest.fixture(autouse=True)
def _quick_and_private(settings: LazySettings, tmp_path: Path) -> None:
    """Passwords cost nothing, files go where the test ends, static files need no collecting, and HTTP will do."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ACTIVITY_LOG_SPOOL = tmp_path / "spool"
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["*"]
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def one_moment() -> Iterator[None]:
    """The clock stands still, just after every limit has begun to count anew."""
    begun = int(time.time()) // LONGEST_LIMIT_S * LONGEST_LIMIT_S
    with time_machine.travel(begun + 1, tick=False):
        yield


@pytest.fixture
def owner(db: None) -> User:
    """Whose data it is."""
    return UserFactory.create(email="owner@example.com")


@pytest.fixture
def teammate(db: None) -> User:
    """Staff."""
    return UserFactory.create(email="teammate@example.com", is_staff=True)


@pytest.fixture
def stranger(db: None) -> User:
    """Someone else, signed in."""
    return UserFactory.create(email="stranger@example.com")


@pytest.fixture
def browser_of(db: None) -> type["SignedIn"]:
    """Makes a client that is signed in as someone: ``browser_of(owner).get("/activity/")``."""
    return SignedIn


class SignedIn(Client):
    """A browser in which a person is signed in."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")


class Program(Client):
    """A program that shows a token with every request."""

    def __init__(self, secret: str) -> None:
        super().__init__(headers={"authorization": f"Bearer {secret}"})


@pytest.fixture(scope="module")
def set_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The stage of a module's tests."""
    media = tmp_path_factory.mktemp("media")
    quick = override_settings(MEDIA_ROOT=media, PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), taken_back():
        with quick:
            stage = set_stage(names_of_ours(), media)
        yield stage


@pytest.fixture
def stage(set_once: Stage, settings: LazySettings, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The stage, as the module's first test found it."""
    settings.MEDIA_ROOT = set_once.media
    with django_db_blocker.unblock(), taken_back():
        yield set_once


def but_for_its_id(answer: HttpResponseBase) -> dict[str, str]:
    """The headers that say something of what was asked for: each request has an id of its own."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The run's database, also where only tests that commit are run; pytest-django's own looks for its marks."""
    with django_db_blocker.unblock():
        databases = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database in which everything is committed, for tests with threads, snapshots or other processes.

    It is emptied afterwards with triggers off, because the ledger refuses to be emptied.
    """
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            empty_database()


def empty_database() -> None:
    """Removes all people and what is theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('django_migrations', 'plans', 'django_content_type', 'auth_permission')"
        )
        (tables,) = cursor.fetchone()
        cursor.execute(f"TRUNCATE {tables}")
        cursor.execute("SET session_replication_role = DEFAULT")
