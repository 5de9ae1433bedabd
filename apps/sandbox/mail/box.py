"""Takes mails, and says some moments later what became of each: delivered, bounced, or marked as spam."""

from email.utils import getaddresses
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from apps.sandbox import appointments, deliveries, faults
from apps.sandbox.addresses import product
from apps.sandbox.mail import reports
from apps.sandbox.models import Mail, MailState

DELIVER: Final = "mail.deliver"
BOUNCE: Final = "mail.bounce"
COMPLAIN: Final = "mail.complain"
PATH: Final = "/webhooks/email/postmark/"
TAKES_S: Final = 2.0
READING_TAKES_S: Final = 6.0


class Refused(Exception):
    """The mail wasn't taken: an HTTP status, and the provider's own code and words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"ErrorCode": code, "Message": message}


def accept(request: Any) -> Mail:
    """Keeps a mail as the API got it. Raises Refused."""
    if not isinstance(request, dict):
        raise Refused(422, 402, "Received invalid JSON input.")
    if faults.strikes(faults.MAIL_REFUSED):
        raise Refused(500, 500, "The sandbox was asked to fail here.")
    if not recipients(request):
        raise Refused(422, 300, "Zero recipients specified")
    if not (request.get("TextBody") or request.get("HtmlBody")):
        raise Refused(422, 300, "Provide either email TextBody or HtmlBody or both.")
    mail = Mail.objects.create(
        sender=request.get("From", ""),
        recipient=str(request.get("To") or request.get("Cc") or request.get("Bcc")),
        subject=request.get("Subject", ""),
        text=request.get("TextBody", ""),
        html=request.get("HtmlBody", ""),
        request=request,
    )
    appointments.appoint(_fate(), str(mail.pk), after_s=TAKES_S)
    return mail


def recipients(request: dict[str, Any]) -> list[str]:
    """Every address that a mail goes to."""
    fields = [str(request.get(name) or "") for name in ("To", "Cc", "Bcc")]
    return [address for _, address in getaddresses([field for field in fields if field]) if "@" in address]


def deliver(id: str) -> None:
    """It lies in the recipients' mailboxes."""
    mail = _settle(id, MailState.DELIVERED)
    for address in recipients(mail.request):
        _report(mail, "Delivery", reports.delivery(mail, address, now=timezone.now()))


def bounce(id: str) -> None:
    """Nobody is known under that address."""
    mail = _settle(id, MailState.BOUNCED)
    for address in recipients(mail.request):
        _report(mail, "Bounce", reports.bounce(mail, address, now=timezone.now()))


def complain(id: str) -> None:
    """It arrives, and its reader marks it as spam."""
    mail = Mail.objects.get(pk=UUID(id))
    if mail.state == MailState.ACCEPTED:
        deliver(id)
        appointments.appoint(COMPLAIN, id, after_s=READING_TAKES_S)
        return
    _settle(id, MailState.COMPLAINED)
    for address in recipients(mail.request):
        _report(mail, "SpamComplaint", reports.complaint(mail, address, now=timezone.now()))


def _fate() -> str:
    if faults.strikes(faults.MAIL_BOUNCES):
        return BOUNCE
    return COMPLAIN if faults.strikes(faults.MAIL_COMPLAINED) else DELIVER


def _settle(id: str, state: MailState) -> Mail:
    mail: Mail = Mail.objects.select_for_update().get(pk=UUID(id))
    mail.state = state
    mail.save(update_fields=["state"])
    return mail


def _report(mail: Mail, topic: str, body: str) -> None:
    deliveries.send(
        sender="postmark",
        topic=topic,
        subject=str(mail.pk),
        url=product(PATH),
        secret=settings.SANDBOX_MAIL["WEBHOOK_SECRET"],
        body=body,
    )
