"""The raw records: every table, for those who may see it, without secrets and without reading what isn't shown."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import ApiToken, Plan, User
from apps.common.records import MOST_LISTED, BoundedPaginator, LookedAt, is_secret
from apps.credits.models import CreditAccount, CreditTransaction
from apps.generations.models import GenerationJob
from tests.conftest import SignedIn
from tests.factories import UserFactory, issued, on_plan, with_credits
from tests.generations.staff.past import VIEW, a_job, staff_with

pytestmark = pytest.mark.django_db

RECORDS = "/admin/records/"
OURS = [model for config in apps.get_app_configs() if config.name.startswith("apps.") for model in config.get_models()]
LISTED = [model for model in OURS if not isinstance(model._meta.pk, models.CompositePrimaryKey)]
every_table = pytest.mark.parametrize("model", LISTED, ids=lambda model: model._meta.label_lower)


@pytest.fixture
def keeper() -> Client:
    """Of the staff, and may do everything short of being a superuser."""
    person = UserFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.all())
    return SignedIn(person)


def list_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(record: Any) -> str:
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])


@every_table
def test_every_table_is_listed_and_opens(model: type[models.Model], keeper: Client) -> None:
    assert admin.site.is_registered(model)
    assert keeper.get(list_of(model)).status_code == 200
    assert keeper.get(f"{list_of(model)}?q=2026-01-01").status_code == 200


@pytest.mark.parametrize("model", [User, GenerationJob, CreditAccount])
@pytest.mark.parametrize(
    "query", ["q=owner@example.com", "q=7", "q=2026-01-01", "q=" + "9" * 30, "q=x", "p=9", "o=2", "e=1"]
)
def test_no_query_breaks_a_list(model: type[models.Model], query: str, keeper: Client) -> None:
    assert keeper.get(f"{list_of(model)}?{query}").status_code in (200, 302)


@every_table
def test_no_list_counts_or_sorts_a_table(model: type[models.Model], keeper: Client) -> None:
    if model is Plan:
        return
    with CaptureQueriesContext(connection) as sent:
        keeper.get(f"{list_of(model)}?o=1")

    of_table = [query["sql"] for query in sent.captured_queries if f'FROM "{model._meta.db_table}"' in query["sql"]]
    assert all(f"LIMIT {MOST_LISTED}" in sql for sql in of_table if "COUNT(" in sql)
    assert all(f'ORDER BY "{model._meta.db_table}"."{model._meta.pk.column}" DESC' in sql for sql in of_table[-1:])


@pytest.mark.parametrize("many", [1, 20])
def test_lists_take_as_many_queries_for_many_rows(many: int, keeper: Client, owner: User) -> None:
    for number in range(many):
        with_credits(UserFactory.create(), number + 1)
        a_job(owner)

    for model in (User, GenerationJob, CreditTransaction, CreditAccount):
        with CaptureQueriesContext(connection) as sent:
            keeper.get(list_of(model))
        # Session, user, two of permissions, the bounded count and the rows.
        assert len(sent) <= 6, model


@pytest.mark.parametrize("model", [GenerationJob, CreditTransaction, CreditAccount, ApiToken])
def test_ledger_jobs_and_tokens_are_only_looked_at(model: Any, keeper: Client, owner: User, stranger: User) -> None:
    with_credits(on_plan(owner), 5)
    a_job(owner)
    issued(owner)
    record = model.objects.first()
    before = model.objects.values().get(pk=record.pk)

    assert isinstance(admin.site._registry[model], LookedAt)
    assert keeper.get(page_of(record)).status_code == 200
    assert 'name="_save"' not in keeper.get(page_of(record)).text
    assert keeper.post(page_of(record), {"user": stranger.pk, "balance": 1_000}).status_code == 403
    assert keeper.post(page_of(record).replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert keeper.get(f"{list_of(model)}add/").status_code == 403
    act = {"action": "delete_selected", "_selected_action": str(record.pk), "post": "yes"}
    keeper.post(list_of(model), act)
    assert model.objects.values().get(pk=record.pk) == before


def test_no_secret_is_shown(keeper: Client, owner: User) -> None:
    token = issued(owner)
    pages = [keeper.get(address).text for address in (page_of(token.token), list_of(ApiToken), page_of(owner))]

    assert not [page for page in pages if "digest" in page or owner.password in page or token.secret in page]
    assert token.token.digest.hex() not in pages[0]
    hidden = {f"{model.__name__}.{field.name}" for model in OURS for field in model._meta.fields if is_secret(field)}
    assert {"ApiToken.digest", "User.password"} <= hidden


def test_only_superusers_say_what_someone_may_do(keeper: Client, owner: User, stranger: User) -> None:
    form = {"is_active": "on", "time_zone": "UTC", "is_staff": "on", "is_superuser": "on", "email": "x@example.com"}
    superuser = User.objects.create_superuser("root@example.com")

    keeper.post(page_of(owner), form)
    SignedIn(superuser).post(page_of(stranger), form)

    owner.refresh_from_db()
    stranger.refresh_from_db()
    assert (owner.is_staff, owner.is_superuser) == (False, False)
    assert (stranger.is_staff, stranger.is_superuser) == (True, True)
    assert owner.email == "owner@example.com"
    assert keeper.post(page_of(superuser), {"time_zone": "UTC"}).status_code == 403


def test_a_record_is_found_by_its_key_or_its_owner(keeper: Client, owner: User, stranger: User) -> None:
    first, second = a_job(owner), a_job(stranger)

    def found(term: object) -> set[str]:
        return set(re.findall(r"/generationjob/([0-9a-f-]{36})/change/", keeper.get(f"{jobs}?q={term}").text))

    jobs = list_of(GenerationJob)
    assert found(first.pk) == found("OWNER@example.com") == {str(first.pk)}
    assert found("stranger@example.com") == {str(second.pk)}
    assert found("nobody@example.com") == found("beach") == set()


def test_a_long_list_ends_at_its_bound() -> None:
    pages = BoundedPaginator(User.objects.order_by("-pk"), 50)

    with CaptureQueriesContext(connection) as sent:
        assert pages.count == User.objects.count()

    assert f"LIMIT {MOST_LISTED}" in sent.captured_queries[0]["sql"]


@pytest.mark.parametrize("address", ["", "login/", "generations/generationjob/", "password_change/", "nothing/"])
def test_for_whoever_may_see_no_table_the_records_do_not_exist(address: str, stranger: User) -> None:
    without = SignedIn(UserFactory.create(is_staff=True))

    assert Client().get(RECORDS + address).headers["Location"].startswith(("/accounts/login/", "/admin/records/login/"))
    for browser in (SignedIn(stranger), without):
        answer = browser.get(RECORDS + address)
        assert answer.status_code == 404
        assert answer.content == browser.get("/admin-of-nothing/").content


def test_sign_in_is_the_products_own() -> None:
    answer = Client().get(f"{RECORDS}login/?next={RECORDS}")

    assert answer.headers["Location"].startswith("/accounts/login/")
    assert staff_with(VIEW).get(f"{RECORDS}password_change/").headers["Location"] == "/accounts/password/change/"


def test_whoever_may_see_one_table_sees_that_one_alone() -> None:
    browser = staff_with(VIEW)

    page = browser.get(RECORDS).text

    assert "Generation jobs" in page
    assert "Credit transactions" not in page
    assert browser.get(list_of(CreditTransaction)).status_code == 403
    assert f'href="{RECORDS}"' in browser.get("/admin/").text
    assert f'href="{RECORDS}"' not in staff_with("view_adoption").get("/admin/").text


@every_table
def test_an_empty_name_of_a_field_means_none(model: type[models.Model], keeper: Client, owner: User) -> None:
    a_job(on_plan(owner))
    some = model._default_manager.first()

    if some is not None:
        assert keeper.post(page_of(some), {"_to_field": ""}).status_code in (200, 403)
