"""The credits page and the plans: what is there, what it buys, and a choice that holds now or later."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Plan, Subscription, User
from apps.accounts.usage import active_subscription
from apps.credits import ledger
from apps.credits.enrolment import enrol
from apps.credits.paid_subscriptions import mark_past_due, start_subscription
from apps.credits.verification import AccountCheck, check_of, verify
from tests.conftest import SignedIn
from tests.factories import bare_job, on_plan, with_credits

pytestmark = pytest.mark.django_db

PAGE, PLANS = "/credits/", "/credits/plan/"
SESSION_AND_USER = 2


@pytest.fixture
def club(db: None) -> Plan:
    """A free plan that gives more than the one everyone starts on."""
    return Plan.objects.create(slug="club", name="Club", images_per_period=80, credits_per_period=110)


def test_the_page_says_what_is_there_and_what_it_is_enough_for(owner: User, browser_of: type[SignedIn]) -> None:
    with_credits(on_plan(owner), 17)
    page = browser_of(owner).get(PAGE)
    assert page.context["balance"] == 67
    assert [(str(price.what), price.credits, enough) for price, enough in page.context["prices"]] == [
        ("An image in standard quality", 1, 67),
        ("An image in high quality (HQ)", 2, 33),
    ]
    assert "each period with Free; next on" in page.text


def test_the_newest_movements_lead_to_their_items(owner: User, browser_of: type[SignedIn]) -> None:
    with_credits(owner, 30)
    for _ in range(12):
        ledger.spend(user=owner, credits=1, job_id=bare_job(owner).pk, by=owner)
    page = browser_of(owner).get(PAGE)
    shown = page.context["recent"]
    assert [row.balance_after for row in shown] == list(range(18, 28))
    assert f'href="/activity/credit_transaction/{shown[0].pk}/"' in page.text
    assert "/activity/statement/" in page.text


def test_without_a_plan_and_movements_the_page_says_so(owner: User, browser_of: type[SignedIn]) -> None:
    page = browser_of(owner).get(PAGE)
    assert "You are on no plan" in page.text
    assert "No credit has moved yet" in page.text


def test_a_stranger_sees_only_their_own(owner: User, stranger: User, browser_of: type[SignedIn]) -> None:
    with_credits(on_plan(owner), 900)
    page = browser_of(stranger).get(PAGE)
    assert (page.context["balance"], page.context["recent"], page.context["subscription"]) == (0, [], None)


def test_the_page_takes_the_same_queries_however_much_has_moved(
    owner: User, browser_of: type[SignedIn], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(with_credits(on_plan(owner), 5))
    verify()
    for _ in range(15):
        ledger.spend(user=owner, credits=1, job_id=bare_job(owner).pk, by=owner)
    with django_assert_num_queries(SESSION_AND_USER + 5):  # balance, plan, movements, last check, first movement
        browser.get(PAGE)


def test_a_choice_that_gives_more_holds_at_once(owner: User, browser_of: type[SignedIn], club: Plan) -> None:
    browser = browser_of(on_plan(owner))
    answer = browser.post(PLANS, {"plan": "club"}, follow=True)
    held = active_subscription(owner)
    assert held
    assert held.plan == club
    assert "You are on Club now." in answer.text
    assert ledger.balance_of(owner.pk) in (109, 110)  # a moment of the period has gone by


def test_a_choice_that_gives_less_holds_later_and_can_be_taken_back(
    owner: User, browser_of: type[SignedIn], club: Plan
) -> None:
    browser = browser_of(owner)
    enrol(user=owner, plan=club, now=timezone.now())
    answer = browser.post(PLANS, {"plan": "free"}, follow=True)
    assert "Until then everything stays as it is." in answer.text
    assert [option.act for option in answer.context["options"]] == ["", "Stay on Club", "", ""]
    browser.post(PLANS, {"plan": "club"})
    assert Subscription.objects.get(user=owner).next_plan is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("pro", "Pro can&#x27;t be chosen here: it takes a payment."),
        ("nothing", "There is no such plan."),
        ("", "Choose a plan."),
        ("\x00", "Null characters are not allowed."),
    ],
)
def test_a_choice_that_cannot_be_made_changes_nothing_and_says_why(
    owner: User, browser_of: type[SignedIn], asked: str, words: str
) -> None:
    answer = browser_of(on_plan(owner)).post(PLANS, {"plan": asked})
    assert answer.status_code == 422
    assert words in answer.text
    assert Subscription.objects.get(user=owner).plan.slug == "free"


def test_what_a_provider_is_paid_for_is_not_changed_here(owner: User, browser_of: type[SignedIn]) -> None:
    now = timezone.now()
    pro = Plan.objects.get(slug="pro")
    start_subscription(
        user=owner, plan=pro, provider_id="sub_1", starts_at=now, ends_at=now + timedelta(days=30), now=now
    )
    browser = browser_of(owner)
    assert [option.act for option in browser.get(PLANS).context["options"]] == ["", "", ""]
    assert browser.post(PLANS, {"plan": "free"}).status_code == 422


def test_the_options_say_what_choosing_them_does(owner: User, browser_of: type[SignedIn], club: Plan) -> None:
    began = timezone.now() - timedelta(days=10, minutes=-1)
    enrol(user=owner, plan=Plan.objects.get(slug="free"), now=began)
    free, first, pro, studio = browser_of(owner).get(PLANS).context["options"]
    assert (free.state, free.act, free.price) == ("Your plan", "", "£0.00")
    assert (first.act, first.effect) == ("Change to Club", "At once, with 40 credits more for the rest of this period.")
    assert (pro.price, pro.gives, pro.act) == ("£15.00", ("500 images", "300 credits"), "")
    assert studio.gives == ("Images without a limit", "2,000 credits")


def test_the_plans_take_the_same_queries_however_many(
    owner: User, browser_of: type[SignedIn], club: Plan, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(on_plan(owner))
    with django_assert_num_queries(SESSION_AND_USER + 2):
        browser.get(PLANS)


def test_past_due_is_said_where_the_next_credits_stand(owner: User, browser_of: type[SignedIn]) -> None:
    now = timezone.now()
    ends = now + timedelta(days=30)
    pro = Plan.objects.get(slug="pro")
    start_subscription(user=owner, plan=pro, provider_id="sub_1", starts_at=now, ends_at=ends, now=now)
    mark_past_due(provider_id="sub_1", unpaid_from=ends)
    assert "with Pro, as soon as its payment comes" in browser_of(owner).get(PAGE).text
    assert "The last payment failed." in browser_of(owner).get("/account/").text


def test_an_account_is_said_to_be_checked_once_a_run_has_seen_a_movement_of_it(
    owner: User, stranger: User, browser_of: type[SignedIn]
) -> None:
    with_credits(owner, 5)
    assert check_of(owner) is None
    run, _ = verify()
    with_credits(stranger, 5)
    assert (check_of(owner), check_of(stranger)) == (AccountCheck(run.started_at, adds_up=True), None)
    assert "and adds up:" in browser_of(owner).get(PAGE).text
    assert "your first check is still to come" in browser_of(stranger).get(PAGE).text


def test_a_wrong_account_is_told_so_and_the_others_are_not(
    owner: User, stranger: User, browser_of: type[SignedIn]
) -> None:
    for user in (owner, stranger):
        with_credits(user, 5)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE credit_accounts SET balance = 6 WHERE user_id = %s", [owner.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    verify()
    found = [check.adds_up for user in (owner, stranger) if (check := check_of(user))]
    assert found == [False, True]
    assert "found something wrong in your ledger" in browser_of(owner).get("/account/").text
