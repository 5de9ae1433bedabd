"""Mails as workers send them: beside each other, and again where the mail server was down."""

import smtplib
from collections.abc import Callable

import pytest
from django.core import mail
from structlog.testing import capture_logs

from apps.orders import emails, tasks
from apps.orders.models import Order
from tests.orders.deliveries import later
from tests.orders.factories import paid_order
from tests.orders.mail_servers import Refusing
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

Lines = Callable[..., list[str]]
CONFIRMED = "Order confirmation sent to customer@example.com"


def confirm(order: Order) -> None:
    tasks.send_confirmation.apply(args=[str(order.pk)])


def test_six_at_once_send_one_mail(lines: Lines) -> None:
    order = paid_order()

    outcomes = at_once(6, lambda _: emails.send_confirmation(order.pk, now=later(1)))

    assert not outcomes.errors
    assert sum(outcomes.answers) == 1
    assert len(mail.outbox) == 1
    assert lines(order)[1:] == [CONFIRMED]


def test_a_server_that_was_down_is_asked_again(refusing: type[Refusing], lines: Lines) -> None:
    refusing.times = tasks.MAIL_RETRIES
    order = paid_order()

    confirm(order)

    assert len(mail.outbox) == 1
    assert lines(order)[1:] == [CONFIRMED]


def test_a_server_that_stays_down_is_left_alone_with_a_log_line(refusing: type[Refusing], lines: Lines) -> None:
    order = paid_order()

    with capture_logs() as logs:
        confirm(order)

    assert refusing.asked == 1 + tasks.MAIL_RETRIES
    assert [each["log_level"] for each in logs if each["event"] == "order mail not sent"] == ["error"]
    assert len(lines(order)) == 1


def test_an_address_that_is_refused_for_now_is_tried_again(refusing: type[Refusing], lines: Lines) -> None:
    refusing.error = smtplib.SMTPRecipientsRefused({"customer@example.com": (451, b"greylisted")})
    refusing.times = 2
    order = paid_order()

    confirm(order)

    assert lines(order)[1:] == [CONFIRMED]
