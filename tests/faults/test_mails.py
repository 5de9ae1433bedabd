"""Workers and brokers that die around a mail: it comes, what it says works, and what it is about happens once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone

from apps.credentials import mails
from apps.credentials.claiming import follow
from apps.credentials.models import InboxCredential
from apps.orders import abandoned_carts
from apps.orders.models import ActivityEntry, Cart
from tests.credentials import makers
from tests.credentials.makers import chain, sent
from tests.faults.conftest import StartWorker
from tests.faults.mail_server import MailServer
from tests.faults.patience import eventually
from tests.faults.servers import Broker
from tests.orders.factories import VariantFactory
from tests.orders.wares import left_cart

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

OVERDUE = timedelta(minutes=20)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer().running() as running:
        yield running


def mails_to(server: MailServer, address: str) -> list[EmailMessage]:
    return [mail for mail in server.mails if mail["To"] == address]


def token_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    found = re.search(r"/claim/([\w-]+)/", body.get_content()) if body else None
    assert found
    return found[1]


def test_mails_whose_worker_was_killed_come_again_and_what_they_are_about_happens_once(
    broker: Broker, start_worker: StartWorker, mail_server: MailServer
) -> None:
    """A credential's and a left cart's are with the server, which hasn't said yes, when the worker dies; and the broker
    has forgotten another credential's."""
    now, told = timezone.now(), {"EMAIL_URL": mail_server.url}
    issuer, holder = makers.profile("academy"), makers.profile("ada")
    forgotten = sent(issuer, makers.boost(issuer), "forgotten@example.com")
    broker.empty()
    issued = sent(issuer, makers.boost(issuer), "x@example.com")
    left_cart(VariantFactory.create(), now=now - timedelta(hours=2))
    assert abandoned_carts.report_left(now) == 1
    worker = start_worker(processes=2, told=told)
    eventually(lambda: len(mail_server.mails) == 2)
    worker.kill()
    mail_server.says_yes.set()
    assert InboxCredential.objects.unsent().count() == 2
    assert Cart.objects.to_be_reminded().exists()

    broker.hand_out_again()
    assert mails.offer_unsent(now + OVERDUE) == 2
    assert abandoned_carts.offer_unsent(now + OVERDUE) == 1
    start_worker(told=told)
    eventually(lambda: broker.is_idle() and not InboxCredential.objects.unsent().exists())
    eventually(lambda: not Cart.objects.to_be_reminded().exists())

    for mail, is_new in zip(mails_to(mail_server, "x@example.com"), (True, False), strict=True):
        assert follow(profile=holder, secret=token_in(mail), now=timezone.now()).is_new is is_new
    assert (chain(issued.issuance), chain(forgotten.issuance)) == (["CREATED", "CLAIMED"], ["CREATED"])
    assert len(mails_to(mail_server, "forgotten@example.com")) == 1
    assert mails.offer_unsent(timezone.now() + OVERDUE) == 0
    reminders = mails_to(mail_server, "guest@example.com")
    assert (len(reminders), len({mail["Message-ID"] for mail in reminders})) == (2, 1)
    assert ActivityEntry.objects.filter(event_type="abandoned_cart.email_sent").count() == 1
