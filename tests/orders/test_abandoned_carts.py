"""Carts that were left: reported once, reminded of once, and recovered when they are bought after all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from apps.accounts.models import User
from apps.orders import abandoned_carts, carts, operations, reminders
from apps.orders.carts import Shopper
from apps.orders.models import ActivityEntry, Cart, CartLine, NoReminder, SentMail, Variant
from apps.orders.operations import LineWish
from tests.orders.deliveries import later, session, told_by_mail, told_by_stripe
from tests.orders.factories import NOON, CartFactory, VariantFactory, open_order, paid_order
from tests.orders.mail_servers import Refusing
from tests.orders.wares import left_cart, poster

pytestmark = pytest.mark.django_db

Lines = Callable[..., list[str]]
AN_HOUR_LATER = NOON + timedelta(hours=1)
REPORTED = "Abandoned cart — guest@example.com, £43.00"
REMINDED = "Recovery email sent to guest@example.com"


@pytest.fixture
def cart() -> Cart:
    """A shirt for £43.00 that a guest left at noon."""
    return left_cart(VariantFactory.create())


def report(now: datetime = AN_HOUR_LATER) -> int:
    return abandoned_carts.report_left(now)


def remind(cart: Cart, now: datetime = AN_HOUR_LATER) -> bool:
    return abandoned_carts.remind(cart.pk, now=now)


def why_not(cart: Cart) -> str:
    cart.refresh_from_db()
    return cart.no_reminder


def test_a_cart_is_left_after_an_hour_and_reported_once(cart: Cart, lines: Lines) -> None:
    assert report(AN_HOUR_LATER - timedelta(seconds=1)) == 0
    assert report() == 1
    assert report() == 0

    assert lines() == [REPORTED]
    entry = ActivityEntry.objects.get()
    assert (entry.occurred_at, entry.source_key) == (AN_HOUR_LATER, f"cart:{cart.pk}:abandoned_cart.created")


@pytest.mark.parametrize(
    "change",
    [
        {"email": ""},
        {"closed_at": NOON},
        {"updated_at": NOON + timedelta(minutes=1)},
        {"payment_pending_at": NOON},
        {"abandoned_at": NOON},
    ],
    ids=lambda change: next(iter(change)),
)
def test_nothing_is_left_that_is(change: dict[str, object], cart: Cart) -> None:
    Cart.objects.update(**change)

    assert report() == 0


def test_an_empty_cart_is_no_cart_and_holds_up_no_other(monkeypatch: pytest.MonkeyPatch, cart: Cart) -> None:
    monkeypatch.setattr(abandoned_carts, "BATCH", 1)
    CartFactory.create(email="empty@example.com", updated_at=NOON - timedelta(hours=1))

    assert report() == 1


def test_that_of_a_closed_account_is_nobodys(owner: User) -> None:
    left_cart(VariantFactory.create(), user=owner)
    User.objects.update(is_active=False)

    assert report() == 0


def test_more_than_a_batch_comes_by_and_by(monkeypatch: pytest.MonkeyPatch, lines: Lines) -> None:
    monkeypatch.setattr(abandoned_carts, "BATCH", 2)
    variant = VariantFactory.create()
    for number in range(3):
        left_cart(variant, email=f"{number}@example.com", now=NOON - timedelta(minutes=number))

    assert [report(), report(), report()] == [2, 1, 0]
    assert lines()[0].startswith("Abandoned cart — 2@example.com")


def test_who_puts_something_in_is_busy_with_the_cart(cart: Cart) -> None:
    shopper = Shopper(None, cart.session_key)
    cart = carts.put_in(shopper=shopper, variant=poster(), quantity=1, now=later(30))

    assert report() == 0
    assert report(later(90)) == 1


def test_the_reminder_says_what_was_left_and_leads_back(cart: Cart, lines: Lines) -> None:
    report()

    assert remind(cart)

    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    ((html, kind),) = message.alternatives
    assert (message.to, message.subject, kind) == (["guest@example.com"], "Your cart is still here", "text/html")
    for words in (str(message.body), str(html)):
        assert all(
            part in words for part in ("1 × T-shirt", "M / Black", "£43.00", "/cart/back/", "/cart/no-reminders/")
        )
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.extra_headers["List-Unsubscribe"].strip("<>") in str(message.body)
    assert lines() == [REPORTED, REMINDED]


def test_a_second_task_reminds_nobody_again(cart: Cart, lines: Lines) -> None:
    report()

    assert [remind(cart), remind(cart), remind(cart, NOON + timedelta(days=2))] == [True, False, False]
    assert len(mail.outbox) == 1
    assert lines() == [REPORTED, REMINDED]


def test_a_person_is_written_to_where_they_are_now(owner: User) -> None:
    cart = left_cart(VariantFactory.create(), user=owner, email="old@example.com")
    report()

    assert remind(cart)
    assert mail.outbox[0].to == ["owner@example.com"]


def test_who_came_back_is_left_in_peace_until_they_leave_again(cart: Cart) -> None:
    report()
    Cart.objects.update(updated_at=AN_HOUR_LATER)

    assert not remind(cart)
    assert abandoned_carts.offer_unsent(AN_HOUR_LATER + timedelta(minutes=30)) == 0
    assert remind(cart, NOON + timedelta(hours=2))


def not_wanted(cart: Cart) -> None:
    reminders.stop(reminders.digest_of("Guest@Example.com"))


def reminded_of_another(cart: Cart) -> None:
    SentMail.objects.create(kind="cart_recovery", recipient="Guest@example.com", sent_at=NOON - timedelta(hours=1))


def bought_elsewhere(cart: Cart) -> None:
    paid_order(email="guest@example.com", now=later(10))


def sold_out(cart: Cart) -> None:
    Variant.objects.update(is_available=False)


def emptied(cart: Cart) -> None:
    CartLine.objects.all().delete()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (not_wanted, NoReminder.UNWANTED),
        (reminded_of_another, NoReminder.REMINDED),
        (bought_elsewhere, NoReminder.BOUGHT),
        (sold_out, NoReminder.EMPTY),
        (emptied, NoReminder.EMPTY),
    ],
)
def test_no_reminder_where(happens: Callable[[Cart], None], reason: NoReminder, cart: Cart) -> None:
    report()
    happens(cart)

    assert not remind(cart)
    assert why_not(cart) == reason
    assert abandoned_carts.offer_unsent(NOON + timedelta(hours=2)) == 0
    assert not mail.outbox


def test_what_was_left_days_ago_is_reported_and_not_reminded_of(cart: Cart, lines: Lines) -> None:
    report(NOON + timedelta(days=5))

    assert not remind(cart, NOON + timedelta(days=5))
    assert (why_not(cart), lines()) == (NoReminder.LATE, [REPORTED])


def test_a_refused_address_is_told_to_a_person_once(cart: Cart, refusing: type[Refusing], lines: Lines) -> None:
    refusing.error = SMTPRecipientsRefused({"guest@example.com": (550, b"no such mailbox")})
    report()

    assert [remind(cart), remind(cart)] == [False, False]
    assert refusing.asked == 1
    assert lines() == [REPORTED, "Email refused: guest@example.com (cart recovery)"]


def test_a_reminder_that_bounced_is_told_with_its_cart(cart: Cart, lines: Lines) -> None:
    report()
    remind(cart)
    message_id = SentMail.objects.get().message_id

    told_by_mail("bounced", message_id=message_id, recipient="guest@example.com")

    assert lines()[0] == "Email bounced: guest@example.com (cart recovery)"
    assert ActivityEntry.objects.get(event_type="email.bounced").payload["cart_id"] == str(cart.pk)
    assert not reminders.are_stopped(reminders.digest_of("guest@example.com"))


def test_who_calls_it_spam_is_not_reminded_again(cart: Cart) -> None:
    report()
    remind(cart)

    told_by_mail("complained", message_id=SentMail.objects.get().message_id, recipient="guest@example.com")

    assert reminders.are_stopped(reminders.digest_of("guest@example.com"))


def test_a_cart_bought_after_all_is_recovered_once(cart: Cart, lines: Lines) -> None:
    report()
    order = open_order(cart=cart)

    for minute in (61, 62):
        told_by_stripe("checkout.session.completed", session(order), at=later(minute))

    assert lines(order) == ["Order placed — £43.00 via Stripe", f"Cart recovered — order {order.number} placed"]
    assert not remind(cart)


def test_a_cart_that_went_into_a_persons_is_recovered_with_that(cart: Cart, owner: User, lines: Lines) -> None:
    report()
    carts.merge_guest_cart(user=owner, token=cart.session_key, now=AN_HOUR_LATER)
    order = open_order(user=owner, cart=carts.open_cart(Shopper(owner)))

    operations.record_payment(order.pk, at=NOON + timedelta(hours=2))

    assert f"Cart recovered — order {order.number} placed" in lines(order)


def test_a_payment_that_takes_days_leaves_no_cart_behind_unless_it_fails(cart: Cart) -> None:
    order = open_order(cart=cart, lines=[LineWish(VariantFactory.create(), 1)])
    told_by_stripe("checkout.session.completed", session(order, payment_status="unpaid"))
    assert report() == 0

    told_by_stripe("checkout.session.async_payment_failed", session(order, payment_status="unpaid"), at=later(50))
    assert report() == 1


def test_reminders_that_the_broker_lost_are_offered_again(cart: Cart) -> None:
    report()

    assert abandoned_carts.offer_unsent(AN_HOUR_LATER + timedelta(minutes=9)) == 0
    assert abandoned_carts.offer_unsent(AN_HOUR_LATER + timedelta(minutes=11)) == 1
    assert abandoned_carts.offer_unsent(NOON + timedelta(days=4)) == 0
