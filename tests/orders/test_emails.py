"""Mails about orders: each sent once, with a link that opens the order; tried again where a server is down."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from anymail.message import AnymailRecipientStatus, AnymailStatus
from django.conf import LazySettings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client

from apps.accounts.models import User
from apps.orders import emails, operations, tasks
from apps.orders.guest_links import order_path
from apps.orders.models import Order, SentMail
from apps.orders.operations.fulfilment import Parcel
from tests.orders.deliveries import later
from tests.orders.factories import NOON, VariantFactory, open_order, paid_order
from tests.orders.mail_servers import Refusing

pytestmark = pytest.mark.django_db

Lines = Callable[..., list[str]]
CONFIRMED = "Order confirmation sent to customer@example.com"
NOTIFIED = "Shipping notification sent to customer@example.com"


class Provider(BaseEmailBackend):
    """Takes mail as anymail does, and names it."""

    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            message.anymail_status = AnymailStatus()
            message.anymail_status.set_recipient_status(
                {to: AnymailRecipientStatus("provider-1", "queued") for to in message.to}
            )
        return len(email_messages)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was given to the broker."""
    given: list[tuple[str, str]] = []

    def take(task: str, args: tuple[str], **_: object) -> None:
        given.append((task, args[0]))

    monkeypatch.setattr("apps.common.enqueue.current_app.send_task", take)
    return given


def confirm(order: Order) -> None:
    tasks.send_confirmation(str(order.pk))


def notify(order: Order) -> None:
    tasks.send_shipping_notice(str(order.pk))


def only_mail() -> tuple[EmailMultiAlternatives, str]:
    """The one mail that was sent, and its HTML."""
    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return message, str(html)


def test_the_confirmation_says_what_was_bought_and_opens_the_order_for_a_guest(
    client: Client, settings: LazySettings, lines: Lines
) -> None:
    settings.SITE_URL = "https://shop.example"
    order = paid_order()

    confirm(order)

    message, html = only_mail()
    assert message.to == ["customer@example.com"]
    assert message.subject == f"Your order {order.number}"
    for words in (str(message.body), html):
        assert all(part in words for part in (order.number, "1 × T-shirt", "M / Black", "£43.00"))
        assert f"https://shop.example{order_path(order)}" in words
    assert client.get(order_path(order)).status_code == 200
    assert lines(order)[1:] == [CONFIRMED]


def test_a_persons_link_is_their_own_page(owner: User) -> None:
    order = paid_order(user=owner)

    confirm(order)

    assert f"/orders/{order.pk}/" in str(only_mail()[0].body)


def test_no_mail_loads_anything_from_elsewhere_and_titles_stay_text() -> None:
    variant = VariantFactory.create(product__title="<img src=https://evil.example/x>")
    confirm(paid_order(lines=[operations.LineWish(variant, 1)]))

    message, html = only_mail()
    assert "<img" not in html
    assert "src=https" in str(message.body)
    assert not [word for word in ('src="', "<link", "@import", "<script", "url(") if word in html]


def test_a_task_that_comes_twice_sends_nothing_again(lines: Lines) -> None:
    order = paid_order()

    confirm(order)
    confirm(order)

    only_mail()
    assert lines(order)[1:] == [CONFIRMED]
    assert SentMail.objects.count() == 1


def test_the_shipping_notice_names_the_parcels_once(lines: Lines) -> None:
    order = paid_order()
    notify(order)
    assert not mail.outbox
    operations.record_shipment(order.pk, Parcel("1Z999", "DHL", "https://dhl.example/1Z999"), at=later(1))
    operations.record_shipment(order.pk, Parcel("1Z998", "DHL"), at=later(1))

    notify(order)
    notify(order)

    message, html = only_mail()
    assert message.subject == f"Your order {order.number} is on its way"
    for words in (str(message.body), html):
        assert all(part in words for part in ("DHL · 1Z999", "https://dhl.example/1Z999", "DHL · 1Z998"))
        assert order_path(order) in words
    assert lines(order).count(NOTIFIED) == 1


def test_nothing_is_confirmed_that_is_not_paid_or_was_cancelled(order: Order) -> None:
    confirm(order)
    cancelled = paid_order()
    operations.cancel(cancelled.pk, at=later(1))
    confirm(cancelled)

    assert not mail.outbox


def test_the_providers_name_of_the_mail_is_kept(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Provider"

    confirm(paid_order())

    assert SentMail.objects.get().message_id == "provider-1"


def test_by_smtp_the_header_names_the_mail(settings: LazySettings) -> None:
    settings.SITE_URL = "https://shop.example"

    confirm(paid_order())

    sent = SentMail.objects.get().message_id
    assert sent == only_mail()[0].message()["Message-ID"]
    assert sent.endswith(".confirmation@shop.example>")


def test_a_refused_address_is_told_to_a_person_and_not_tried_again(refusing: type[Refusing], lines: Lines) -> None:
    refusing.error = smtplib.SMTPRecipientsRefused({"customer@example.com": (550, b"no such mailbox")})
    order = paid_order()

    confirm(order)
    confirm(order)

    assert refusing.asked == 1
    assert lines(order)[1:] == ["Email refused: customer@example.com (order confirmation)"]


def test_what_the_broker_lost_is_offered_again(offered: list[tuple[str, str]]) -> None:
    waiting, told, shipped = paid_order(), paid_order(), paid_order()
    open_order()
    Order.objects.filter(pk=shipped.pk).update(shipped_at=NOON, confirmation_sent_at=NOON)
    confirm(told)

    assert emails.offer_unsent(NOON + timedelta(minutes=5)) == 0
    assert emails.offer_unsent(NOON + timedelta(days=4)) == 0
    assert emails.offer_unsent(NOON + timedelta(minutes=11)) == 2

    assert [(task, UUID(given)) for task, given in offered] == [
        ("orders.send_confirmation", waiting.pk),
        ("orders.send_shipping_notice", shipped.pk),
    ]
