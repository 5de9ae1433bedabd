"""A mail is sent again when staff ask for it: once a click, whatever became of the first."""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from apps.accounts.models import User
from apps.common.posting import MailNotSent
from apps.orders import desk, emails, operations
from apps.orders.desk import Refused
from apps.orders.models import MailKind, Order
from apps.orders.operations.fulfilment import Parcel
from tests.factories import UserFactory
from tests.orders.factories import NOON, open_order, paid_order
from tests.orders.mail_servers import Refusing
from tests.threads import at_once

Lines = Callable[..., list[str]]
CONFIRMED = "Order confirmation sent to customer@example.com"
BY = "(by teammate@example.com)"


def resend(order: Order, by: User, kind: MailKind = MailKind.CONFIRMATION, now: datetime = NOON) -> None:
    desk.resend_mail(order.pk, kind, by=by, now=now)


def confirm(order: Order) -> bool:
    return emails.send_confirmation(order.pk, now=NOON)


@pytest.mark.django_db
def test_a_confirmation_is_sent_again_under_a_name_of_its_own(teammate: User, lines: Lines) -> None:
    order = paid_order()
    confirm(order)

    resend(order, teammate)

    assert (confirm(order), confirm(order)) == (True, False)
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 2
    assert sorted(lines(order)[1:]) == [CONFIRMED, f"{CONFIRMED} {BY}"]


@pytest.mark.django_db
def test_a_shipping_notice_is_sent_again(teammate: User, lines: Lines) -> None:
    order = paid_order()
    operations.record_shipment(order.pk, Parcel("1Z999"), at=NOON)

    resend(order, teammate, MailKind.SHIPPING_NOTICE)

    assert emails.send_shipping_notice(order.pk, now=NOON)
    assert f"Shipping notification sent to customer@example.com {BY}" in lines(order)


@pytest.mark.usefixtures("committed")
def test_pressed_by_five_at_once_one_mail_is_sent(lines: Lines) -> None:
    by = UserFactory.create(email="teammate@example.com", is_staff=True)
    order = paid_order()
    confirm(order)

    outcomes = at_once(5, lambda _: resend(order, by))
    sent = at_once(5, lambda _: confirm(order))

    assert (len(outcomes.answers), outcomes.kinds_of_error) == (1, {Refused})
    assert sum(sent.answers) == 1
    assert lines(order).count(f"{CONFIRMED} {BY}") == 1


@pytest.mark.django_db
def test_a_second_click_is_told_what_the_first_has_done(teammate: User) -> None:
    order = paid_order()
    resend(order, teammate)
    with pytest.raises(Refused, match="has asked for this already"):
        resend(order, teammate)

    confirm(order)
    with pytest.raises(Refused, match="has done this a moment ago"):
        resend(order, teammate, now=NOON + timedelta(seconds=30))
    resend(order, teammate, now=NOON + timedelta(minutes=2))


@pytest.mark.django_db
def test_what_was_asked_for_and_not_sent_is_offered_again(
    teammate: User, refusing: type[Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    order, given = paid_order(), []
    operations.record_confirmation_sent(order.pk, recipient=order.email, message_id="1", at=NOON)
    resend(order, teammate)
    with pytest.raises(MailNotSent):
        confirm(order)

    def take(task: str, args: tuple[Any, ...], **_: object) -> None:
        given.append((task, args[0]))

    monkeypatch.setattr("apps.common.enqueue.current_app.send_task", take)
    assert emails.offer_unsent(NOON + timedelta(minutes=11)) == 1
    assert given == [("orders.send_confirmation", str(order.pk))]


@pytest.mark.django_db
def test_an_address_that_was_refused_is_tried_again_when_somebody_asks(
    teammate: User, refusing: type[Refusing], lines: Lines
) -> None:
    refusing.error = smtplib.SMTPRecipientsRefused({"customer@example.com": (550, b"no such person")})
    order = paid_order()
    confirm(order)

    for minute in (2, 4):
        resend(order, teammate, now=NOON + timedelta(minutes=minute))
        confirm(order)

    assert refusing.asked == 3
    assert sum(line.startswith("Email refused") for line in lines(order)) == 3


@pytest.mark.django_db
def test_what_there_is_nothing_to_tell_about_is_refused(teammate: User) -> None:
    unpaid, cancelled = open_order(), paid_order()
    operations.cancel(cancelled.pk, at=NOON)

    for order, kind, why in [
        (unpaid, MailKind.CONFIRMATION, "isn't paid"),
        (cancelled, MailKind.CONFIRMATION, "is cancelled"),
        (paid_order(), MailKind.SHIPPING_NOTICE, "Nothing is on its way"),
        (paid_order(email=""), MailKind.CONFIRMATION, "no e-mail address"),
    ]:
        with pytest.raises(Refused, match=why):
            resend(order, teammate, kind)
