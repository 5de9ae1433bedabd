"""Workers and brokers that die around a mail: it comes, what it says works, and what it is about happens once."""

import re
from collections.abc import Iterator
from datetime import timedelta

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
from tests.faults.workers import Worker
from tests.orders.factories import VariantFactory
from tests.orders.wares import left_cart

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

OVERDUE = timedelta(minutes=20)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer().running() as running:
        yield running


@pytest.fixture
def mailing(start_worker: StartWorker, mail_server: MailServer) -> "Mailing":
    return Mailing(start_worker, mail_server)


class Mailing:
    """Workers that hand their mail to the test's server."""

    def __init__(self, start_worker: StartWorker, server: MailServer) -> None:
        self._start, self._server = start_worker, server

    def worker(self) -> Worker:
        return self._start(told={"EMAIL_URL": self._server.url})

    def killed_with_a_mail_out(self) -> None:
        """A worker dies when the server has its mail and hasn't said yes; from then on it does."""
        before, worker = len(self._server.mails), self.worker()
        eventually(lambda: len(self._server.mails) > before)
        worker.kill()
        self._server.says_yes.set()


def token_in(server: MailServer, number: int) -> str:
    body = server.mails[number].get_body(("plain",))
    found = re.search(r"/claim/([\w-]+)/", body.get_content()) if body else None
    assert found
    return found[1]


def test_a_claim_mail_whose_worker_was_killed_comes_again_and_its_link_works_once(
    broker: Broker, mailing: Mailing, mail_server: MailServer
) -> None:
    issuer, holder = makers.profile("academy"), makers.profile("ada")
    issued = sent(issuer, makers.boost(issuer), "x@example.com")
    mailing.killed_with_a_mail_out()
    assert InboxCredential.objects.unsent().count() == 1

    broker.hand_out_again()
    assert mails.offer_unsent(timezone.now() + OVERDUE) == 1
    mailing.worker()
    eventually(lambda: broker.is_idle() and not InboxCredential.objects.unsent().exists())

    assert len(mail_server.mails) == 2
    for number, is_new in ((0, True), (1, False)):
        claimed = follow(profile=holder, secret=token_in(mail_server, number), now=timezone.now())
        assert claimed.is_new is is_new
    assert chain(issued.issuance) == ["CREATED", "CLAIMED"]


def test_a_claim_mail_that_no_broker_remembers_is_sent_all_the_same(
    broker: Broker, mailing: Mailing, mail_server: MailServer
) -> None:
    mail_server.says_yes.set()
    issuer = makers.profile("academy")
    issued = sent(issuer, makers.boost(issuer), "x@example.com")
    broker.empty()

    assert mails.offer_unsent(timezone.now() + OVERDUE) == 1
    mailing.worker()
    eventually(lambda: broker.is_idle() and mail_server.mails)

    assert chain(issued.issuance) == ["CREATED"]
    assert mails.offer_unsent(timezone.now() + OVERDUE) == 0


def test_a_reminder_whose_worker_was_killed_comes_again_under_its_name_and_is_noted_once(
    broker: Broker, mailing: Mailing, mail_server: MailServer
) -> None:
    now = timezone.now()
    left_cart(VariantFactory.create(), now=now - timedelta(hours=2))
    assert abandoned_carts.report_left(now) == 1
    mailing.killed_with_a_mail_out()
    assert Cart.objects.to_be_reminded().exists()

    broker.hand_out_again()
    assert abandoned_carts.offer_unsent(now + OVERDUE) == 1
    mailing.worker()
    eventually(lambda: broker.is_idle() and not Cart.objects.to_be_reminded().exists())

    assert len(mail_server.mails) == 2
    assert len({mail["Message-ID"] for mail in mail_server.mails}) == 1
    assert ActivityEntry.objects.filter(event_type="abandoned_cart.email_sent").count() == 1
