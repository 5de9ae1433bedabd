"""Carts that were left, with many workers at them, and with workers that die."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from apps.orders import abandoned_carts
from apps.orders.models import Cart
from tests.orders.factories import NOON, VariantFactory
from tests.orders.wares import left_cart
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

Lines = Callable[..., list[str]]
AN_HOUR_LATER = NOON + timedelta(hours=1)


class Dying(BaseEmailBackend):
    """The mail server takes the mail, and the worker is killed before it can note that."""

    def send_messages(self, email_messages: Any) -> int:
        mail.outbox.extend(email_messages)
        raise SystemExit


def test_many_at_once_report_and_remind_once(lines: Lines) -> None:
    cart = left_cart(VariantFactory.create())

    reports = at_once(6, lambda _: abandoned_carts.report_left(AN_HOUR_LATER))
    reminders = at_once(6, lambda _: abandoned_carts.remind(cart.pk, now=AN_HOUR_LATER))

    assert not reports.errors + reminders.errors
    assert (sum(reports.answers), sum(reminders.answers), len(mail.outbox)) == (1, 1, 1)
    assert len(lines()) == 2


def test_two_carts_of_one_address_are_one_mail() -> None:
    left = [left_cart(VariantFactory.create(), email=each) for each in ("a@example.com", "A@example.com")]
    abandoned_carts.report_left(AN_HOUR_LATER)

    at_once(2, lambda number: abandoned_carts.remind(left[number].pk, now=AN_HOUR_LATER))
    for cart in left:
        abandoned_carts.remind(cart.pk, now=AN_HOUR_LATER)

    assert len(mail.outbox) == 1


def test_a_mail_whose_worker_died_is_sent_again_under_its_name(settings: LazySettings, lines: Lines) -> None:
    cart = left_cart(VariantFactory.create())
    abandoned_carts.report_left(AN_HOUR_LATER)
    settings.EMAIL_BACKEND, usual = f"{__name__}.Dying", settings.EMAIL_BACKEND
    with pytest.raises(SystemExit):
        abandoned_carts.remind(cart.pk, now=AN_HOUR_LATER)
    settings.EMAIL_BACKEND = usual

    assert abandoned_carts.offer_unsent(AN_HOUR_LATER + timedelta(minutes=11)) == 1
    assert abandoned_carts.remind(cart.pk, now=AN_HOUR_LATER)

    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1
    assert len(lines()) == 2


# Bought, reported or without an address: a busy shop's carts.
MANY = f"""
INSERT INTO carts (id, session_key, email, updated_at, closed_at, abandoned_at, no_reminder, recovery_sent_at)
SELECT uuidv7(), 's' || n, CASE WHEN n % 3 = 0 THEN '' ELSE n || '@example.com' END, moment,
       CASE WHEN n % 2 = 0 THEN moment END, CASE WHEN n % 6 <> 1 THEN moment END, '',
       CASE WHEN n % 10 <> 1 THEN moment END
  FROM generate_series(1, 30000) n, LATERAL (SELECT '{NOON.isoformat()}'::timestamptz - n * interval '10 s') m (moment)
"""


def test_whatever_else_there_is_only_what_was_left_is_read() -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("ANALYZE carts")
    questions = [
        Cart.objects.left_between(NOON - timedelta(days=30), NOON)[: abandoned_carts.BATCH],
        Cart.objects.to_be_reminded().filter(abandoned_at__range=(NOON - timedelta(hours=1), NOON))[:500],
    ]

    for question, index in zip(questions, ("cart_may_be_left", "cart_to_be_reminded"), strict=True):
        assert index in question.explain()
