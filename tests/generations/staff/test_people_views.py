"""People as the staff find them, and what is corrected for them: once, with a reason, on the record."""

import re
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import PeriodReset, User
from apps.credits import ledger
from apps.credits.models import CreditTransaction, TransactionType
from apps.generations.states import Status
from tests.factories import UserFactory, on_plan, with_credits
from tests.generations.staff.past import ADJUST, RESET, VIEW, a_job, staff_with

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/users/"


def page_of(user: User) -> str:
    return f"/admin/users/{user.public_id}/generations/"


def adjustment(amount: object = 50, reason: str = "A refund by mail", **fields: object) -> dict[str, Any]:
    return {"amount": amount, "reason": reason, "key": uuid4(), **fields}


def adjustments(user: User) -> list[CreditTransaction]:
    return list(user.credit_transactions.filter(type=TransactionType.ADMIN_ADJUSTMENT))


def emails(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/admin/users/[^"]+">([^<]+)</a>', page)


def test_people_are_found_by_how_their_address_begins(owner: User, stranger: User) -> None:
    with_credits(on_plan(owner, "pro"), 7)
    UserFactory.create(email="Owner.Two@example.com")
    browser = staff_with(VIEW)

    assert emails(browser.get(f"{PEOPLE}?q=OWNER").text) == ["Owner.Two@example.com", "owner@example.com"]
    assert "0 / 500" in browser.get(f"{PEOPLE}?q=owner@").text
    assert "Nobody’s address begins like that" in browser.get(f"{PEOPLE}?q=%25").text
    assert emails(browser.get(f"{PEOPLE}?q=%00owner%40").text) == ["owner@example.com"]


def test_everyone_is_listed_once_over_the_pages() -> None:
    browser = staff_with(VIEW)
    UserFactory.create_batch(120)
    listed, url = [], PEOPLE

    while url:
        page = browser.get(url).text
        listed += emails(page)
        following = re.search(r'hx-get="(/admin/users/\?cursor=[^"]+)"', page)
        url = following[1] if following else ""

    assert listed == sorted(User.objects.values_list("email", flat=True))


@pytest.mark.parametrize("cursor", ["nonsense", "eyJlIjoiXHUwMDAwIn0", "eyJlIjoiXHVkODAwIn0"])
def test_a_cursor_that_cannot_be_used_leads_to_the_first_page(cursor: str) -> None:
    answer = staff_with(VIEW).get(f"{PEOPLE}?cursor={cursor}", follow=True)

    assert answer.redirect_chain == [(PEOPLE, 302)]
    assert "This page address has expired" in answer.text


def test_a_person_is_there_with_usage_credits_and_jobs(owner: User) -> None:
    with_credits(on_plan(owner, "pro"), 7)
    User.objects.filter(pk=owner.pk).update(current_period_count=12, generated_count=40)
    job = a_job(owner, status=Status.FAILED)
    a_job(owner, status=Status.QUEUED)

    page = staff_with(VIEW).get(page_of(owner)).text

    for words in (
        "14 / 500", "486 left, 2 being made", "307", "40", str(owner.public_id), "Pro", "Plan refresh", "Bonus",
        f'href="/admin/generations/{job.pk}/"', "period=all_time&amp;user=owner%40example.com",
    ):  # fmt: skip
        assert words in page, words
    assert "Adjust credits" not in page
    assert "Reset the period" not in page


def test_an_adjustment_says_before_and_after_and_who_and_why(owner: User) -> None:
    with_credits(owner, 20)
    browser = staff_with(VIEW, ADJUST)

    page = browser.post(f"/admin/users/{owner.public_id}/adjust/", adjustment(50), follow=True).text

    assert "Credits adjusted: 20 → 70." in page
    assert "A refund by mail" in page
    (written,) = adjustments(owner)
    assert (written.amount, written.description) == (50, "A refund by mail")
    assert written.recorded_by
    assert f"by {written.recorded_by.email}" in page


def test_a_form_sent_twice_adjusts_once(owner: User) -> None:
    browser, form = staff_with(VIEW, ADJUST), adjustment(50)

    answers = [browser.post(f"/admin/users/{owner.public_id}/adjust/", form, follow=True) for _ in range(2)]

    assert all("Credits adjusted: 0 → 50." in answer.text for answer in answers)
    assert ledger.balance_of(owner.pk) == 50


def test_the_same_form_with_another_amount_is_refused(owner: User) -> None:
    browser, form = staff_with(VIEW, ADJUST), adjustment(50)
    browser.post(f"/admin/users/{owner.public_id}/adjust/", form)

    answer = browser.post(f"/admin/users/{owner.public_id}/adjust/", form | {"amount": 60})

    assert answer.status_code == 422
    assert "This form was sent before with another amount" in answer.text
    assert ledger.balance_of(owner.pk) == 50


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (adjustment(-30), "There are only 20 credits, so 30 can&#x27;t be taken. Nothing was changed."),
        (adjustment(0), "Give a number other than 0."),
        (adjustment(reason="  "), "This field is required."),
        (adjustment("ten"), "Enter a whole number."),
        (adjustment(2_000_000), "less than or equal to 1000000"),
        (adjustment(key="not-a-key"), "This form is incomplete. Open the page again."),
    ],
)
def test_what_cannot_be_adjusted_is_said_and_changes_nothing(owner: User, form: dict[str, Any], why: str) -> None:
    with_credits(owner, 20)

    answer = staff_with(VIEW, ADJUST).post(f"/admin/users/{owner.public_id}/adjust/", form)

    assert answer.status_code == 422
    assert why in answer.text
    assert adjustments(owner) == []


def began(page: str) -> str:
    found = re.search(r'name="began" value="([^"]*)"', page)
    return found[1] if found else ""


def test_a_reset_says_before_and_after_and_who_and_why(owner: User) -> None:
    on_plan(owner)
    User.objects.filter(pk=owner.pk).update(current_period_count=12)
    browser = staff_with(VIEW, RESET)
    form = {"reason": "Their plan was changed late", "began": began(browser.get(page_of(owner)).text)}

    page = browser.post(f"/admin/users/{owner.public_id}/reset/", form, follow=True).text

    assert "Period reset: 12 → 0 images." in page
    assert "Their plan was changed late" in page
    reset = PeriodReset.objects.get(user=owner)
    assert f"12 → 0 images, by {reset.reset_by.email}" in page


def test_a_reset_sent_twice_resets_once(owner: User) -> None:
    browser = staff_with(VIEW, RESET)
    form = {"reason": "Twice", "began": began(browser.get(page_of(owner)).text)}

    first, second = (browser.post(f"/admin/users/{owner.public_id}/reset/", form, follow=True) for _ in range(2))

    assert "Period reset: 0 → 0 images." in first.text
    assert "The period has begun anew since you opened the page" in second.text
    assert PeriodReset.objects.filter(user=owner).count() == 1


def test_a_reset_without_a_reason_is_refused(owner: User) -> None:
    answer = staff_with(VIEW, RESET).post(f"/admin/users/{owner.public_id}/reset/", {"reason": " ", "began": ""})

    assert answer.status_code == 422
    assert not PeriodReset.objects.exists()


def test_older_movements_are_a_page_away(owner: User) -> None:
    for number in range(25):
        ledger.award_bonus(user=owner, credits=1, key=f"bonus:{number}", by=None, description=f"present {number}.")
    browser = staff_with(VIEW)

    first = browser.get(page_of(owner)).text
    older = re.search(r'href="(/admin/users/[^"]*movements=[^"#]+)#movements"', first)
    assert older
    second = browser.get(older[1]).text

    assert all((f"present {number}." in first) is (number >= 5) for number in range(25))
    assert all((f"present {number}." in second) is (number < 5) for number in range(25))
    assert "This page address has expired" in browser.get(f"{page_of(owner)}?movements=x").text


@pytest.mark.parametrize("path", ["adjust", "reset"])
def test_seeing_is_not_correcting(owner: User, path: str) -> None:
    address = f"/admin/users/{owner.public_id}/{path}/"
    right, wrong = (ADJUST, RESET) if path == "adjust" else (RESET, ADJUST)

    assert staff_with(VIEW, wrong).post(address, adjustment()).status_code == 404
    assert staff_with(VIEW, right).get(address).status_code == 405
    assert staff_with(right).post(f"/admin/users/{uuid4()}/{path}/", adjustment()).status_code == 404


@pytest.mark.parametrize("many", [1, 30])
def test_a_list_of_people_takes_seven_queries(many: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    browser = staff_with(VIEW)
    for person in UserFactory.create_batch(many):
        with_credits(on_plan(person), 5)
    session_and_user, permissions, people, subscriptions, plans = 2, 2, 1, 1, 0

    with django_assert_num_queries(session_and_user + permissions + people + subscriptions + plans):
        browser.get(PEOPLE)


@pytest.mark.parametrize("many", [1, 8])
def test_a_person_takes_twelve_queries(
    owner: User, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = staff_with(VIEW)
    on_plan(owner)
    for number in range(many):
        a_job(owner)
        admin = UserFactory.create(is_staff=True)
        ledger.adjust(user=owner, amount=5, key=f"k{number}", by=admin, reason="A present")
    session_and_user, permissions, the_person = 2, 2, 1
    subscription, usage, balance, jobs, movements, recorders, resets, figures = 1, 1, 1, 1, 1, 1, 1, 1

    with django_assert_num_queries(
        session_and_user + permissions + the_person
        + subscription + usage + balance + jobs + movements + recorders + resets + figures
    ):  # fmt: skip
        browser.get(page_of(owner))
