"""The list's page: what it shows, what it says it couldn't apply, its fragments, and what it costs."""

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Plan, User
from apps.generations.states import Status
from tests.factories import CharacterFactory
from tests.generations.staff.past import EXPORT, VIEW, a_job, ago, staff_with

pytestmark = pytest.mark.django_db

PAGE = "/admin/generations/"


def test_a_line_says_who_what_how_and_how_long(owner: User) -> None:
    character = CharacterFactory.create(user=owner, name="Luna")
    job = a_job(owner, character=character, plan=Plan.objects.get(slug="pro"), prompt="<b>a beach</b>")

    page = staff_with(VIEW).get(PAGE).text

    assert f'href="/admin/generations/{job.pk}/"' in page
    assert f'href="/admin/users/{owner.public_id}/generations/"' in page
    assert "&lt;b&gt;a beach&lt;/b&gt;" in page
    assert "2 images · HQ · 9:16 · Luna" in page
    for words in ("owner@example.com", "Pro", "studio-sketch-1", "Completed", "8.0 s"):
        assert words in page


def test_the_figures_stand_over_the_list_and_lead_to_their_jobs(owner: User) -> None:
    a_job(owner)
    a_job(owner, status=Status.FAILED)
    a_job(owner, ago(days=50))

    page = staff_with(VIEW).get(f"{PAGE}?user=owner@example.com").text

    assert "<strong>2</strong>" in page
    assert "<strong>50.0%</strong>" in page
    assert "Last 30 days:" in page
    assert 'href="/admin/generations/?user=owner%40example.com&amp;status=failed"' in page
    assert page.count('<svg class="chart"') == 2
    assert "The same figures as a table" in page


def test_what_cannot_be_applied_is_said(owner: User) -> None:
    browser = staff_with(VIEW)
    a_job(owner)

    for query, notice in {
        "period=forever": "“Period” couldn&#x27;t be read",
        "from=yesterday": "“From” couldn&#x27;t be read",
        "from=2026-02-02&to=2026-02-01": "The dates end before they begin",
        "plan=999": "“Plan” couldn&#x27;t be read",
        "user=nobody@example.com": "Nobody signs in as “nobody@example.com”",
        "q=a+b+c+d+e+f+g": "Only the first 6 words",
        "cursor=bm90aGluZw": "This page address has expired",
        "q=%00": "“Text in the prompt” couldn&#x27;t be read",
    }.items():
        answer = browser.get(f"{PAGE}?{query}")
        assert (answer.status_code, notice in answer.text) == (200, True), query


def test_an_unknown_user_has_nothing_rather_than_everything(owner: User) -> None:
    a_job(owner)

    assert "Nothing matches these filters" in staff_with(VIEW).get(f"{PAGE}?user=nobody@example.com").text


def test_an_empty_list_says_what_is_empty() -> None:
    assert "Nothing was asked for in these dates" in staff_with(VIEW).get(PAGE).text


def test_addresses_are_compared_without_regard_to_case(owner: User) -> None:
    job = a_job(owner)

    assert str(job.pk) in staff_with(VIEW).get(f"{PAGE}?user=OWNER@Example.com").text


def test_further_pages_are_lines_alone_and_each_line_comes_once(owner: User) -> None:
    made = [a_job(owner, ago(hours=hours)) for hours in range(1, 121)]
    browser, url, seen = staff_with(VIEW), PAGE, ""

    while url:
        answer = browser.get(url, headers={"hx-target": "more"} if seen else {})
        assert ("<html" in answer.text) is not bool(seen)
        seen += answer.text
        url = answer.text.partition('hx-get="/admin/generations/?cursor=')[2].partition('"')[0]
        url = f"{PAGE}?cursor={url}" if url else ""

    assert all(seen.count(f'href="/admin/generations/{job.pk}/"') == 1 for job in made)


def test_a_change_of_filters_brings_the_results_alone(owner: User) -> None:
    a_job(owner)

    answer = staff_with(VIEW).get(PAGE, headers={"hx-target": "results"}).text

    assert "<html" not in answer
    assert "<form" not in answer
    assert 'class="cards"' in answer


def test_files_are_offered_to_those_who_may_have_them(owner: User) -> None:
    a_job(owner)

    assert "export.csv" not in staff_with(VIEW).get(PAGE).text
    assert 'href="/admin/generations/export.csv?status=completed"' in (
        staff_with(VIEW, EXPORT).get(f"{PAGE}?status=completed").text
    )


SESSION_AND_USER, PERMISSIONS, FIGURES, POSITIONS, JOBS, PLANS = 2, 2, 4, 1, 1, 1


@pytest.mark.parametrize("many", [1, 30])
def test_the_page_takes_eleven_queries_however_many_lines(
    owner: User, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = staff_with(VIEW)
    for _ in range(many):
        a_job(owner, character=CharacterFactory.create(user=owner))

    # The figures come with a savepoint, its release and their limit of time.
    with django_assert_num_queries(SESSION_AND_USER + PERMISSIONS + FIGURES + POSITIONS + JOBS + PLANS):
        browser.get(PAGE)
