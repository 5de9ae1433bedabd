"""One generation, whole, as the staff see it; and its images."""

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Plan, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger
from apps.generations import operations, production
from apps.generations.operations import Failure
from tests.factories import CharacterFactory, on_plan, wish
from tests.generations.staff.past import IMAGES, VIEW, a_job, staff_with

pytestmark = pytest.mark.django_db


def page_of(job_id: object, *permissions: str) -> str:
    return str(staff_with(VIEW, *permissions).get(f"/admin/generations/{job_id}/").text)


def test_a_finished_job_is_there_whole(owner: User) -> None:
    character = CharacterFactory.create(user=on_plan(owner), name="Luna")
    job = operations.request(user=owner, wish=wish(character=character, prompt="a <quiet> beach"))
    production.produce(job.pk, attempt=1)

    page = page_of(job.pk, IMAGES)

    for words in (
        "1 image for Luna", "Completed", "a &lt;quiet&gt; beach", str(job.pk), "owner@example.com", "seed", "1:1",
        "studio-sketch-1", "Queued", "Started", "Finished", "Free", "Active, period", "Attempts",
    ):  # fmt: skip
        assert words in page, words
    assert f'src="/admin/generations/{job.pk}/images/1/thumbnail/"' in page
    assert '<td class="number ">\N{MINUS SIGN}1</td>' in page


def test_a_failed_job_says_why_and_what_was_given_back(owner: User) -> None:
    job = operations.request(user=on_plan(owner), wish=wish(image_count=3))
    outcome = Failure(error="The provider was busy.", code="provider_busy")
    operations.settle(job_id=job.pk, user_id=owner.pk, outcome=outcome)
    job.refresh_from_db()
    again = operations.retry(job=job)

    first, second = page_of(job.pk), page_of(again.pk)

    assert "The provider was busy." in first
    assert "<code>provider_busy</code>" in first
    assert '<td class="number plus">+3</td>' in first
    assert '<td class="number">0</td>' in first
    assert f'href="/admin/generations/{again.pk}/"' in first
    assert f'href="/admin/generations/{job.pk}/"' in second
    assert f"retry:{job.pk}" in second


def test_the_plan_is_that_of_then(owner: User) -> None:
    job = operations.request(user=on_plan(owner, "pro"), wish=wish())
    subscription = active_subscription(owner)
    assert subscription
    subscription.plan = Plan.objects.get(slug="free")
    subscription.save()

    page = page_of(job.pk)

    assert "<dt>Plan then</dt><dd>Pro</dd>" in page
    assert "Active, period" in page


def test_images_are_shown_with_the_permission_alone(owner: User) -> None:
    job = operations.request(user=on_plan(owner), wish=wish())
    production.produce(job.pk, attempt=1)
    picture = f"/admin/generations/{job.pk}/images/1/"

    assert "needs a permission that your account doesn’t have" in page_of(job.pk)
    assert picture not in page_of(job.pk)
    assert staff_with(VIEW).get(picture).status_code == 404
    for address in (picture, f"{picture}thumbnail/"):
        answer = staff_with(IMAGES).get(address)
        assert answer.getvalue()
        assert answer["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("path", "permissions"), [("", [VIEW]), ("images/1/", [IMAGES]), ("images/1/thumbnail/", [IMAGES])]
)
def test_what_is_not_there_is_said_so(owner: User, path: str, permissions: list[str]) -> None:
    job = a_job(owner)
    address = f"/admin/generations/{job.pk}/{path}" if path else f"/admin/generations/{owner.public_id}/"

    assert staff_with(*permissions).get(address).status_code == 404


def test_nothing_of_a_job_can_be_written(owner: User) -> None:
    browser, job = staff_with(VIEW, IMAGES), a_job(owner)

    for method in (browser.post, browser.put, browser.patch, browser.delete):
        assert method(f"/admin/generations/{job.pk}/").status_code == 405
        assert method("/admin/generations/").status_code == 405


def test_the_page_takes_eight_queries(owner: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    job = a_job(owner)
    ledger.award_bonus(user=owner, credits=5, key="k", by=None)
    browser = staff_with(VIEW, IMAGES)
    session_and_user, permissions, the_job, images, movements, retries = 2, 2, 1, 1, 1, 1

    with django_assert_num_queries(session_and_user + permissions + the_job + images + movements + retries):
        browser.get(f"/admin/generations/{job.pk}/")
