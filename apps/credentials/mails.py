"""Mails to recipients: the claim link of an inbox credential, and word of what was delivered."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.translation import gettext as _

from apps.common.enqueue import send as enqueue
from apps.common.posting import MailNotSent, RecipientRefused, compose, hand_over
from apps.credentials import tokens
from apps.credentials.claim_links import content_of
from apps.credentials.event_types import Standing
from apps.credentials.models import Credential, InboxCredential
from apps.credentials.undelivered import give_up
from apps.credentials.uris import site_url

GIVE_UP_AFTER: Final = timedelta(hours=24)
OFFER_AGAIN_AFTER: Final = timedelta(minutes=2)
BATCH: Final = 500

logger = structlog.get_logger(__name__)


@transaction.atomic
def mail_claim_link(inbox_id: UUID, *, now: datetime) -> bool:
    """Sends the claim link if it is due; true where it went off. Sent again, it is the same link.

    An address that is refused, or a mail that couldn't be sent for a day, ends the chain as FAILED. Another process
    that is at the same mail is left alone.
    """
    due = InboxCredential.objects.select_for_update(skip_locked=True, of=("self",)).unsent()
    inbox = due.select_related("issuance__issuer", "issuance__boost").filter(pk=inbox_id).first()
    if inbox is None or inbox.issuance.standing != Standing.ACTIVE:
        return False
    secret = tokens.of_inbox(inbox_id)
    try:
        inbox.message_id = hand_over(_claim_mail(inbox, secret))
    except RecipientRefused as refusal:
        give_up(inbox, inbox.issuance, error=str(refusal), now=now)
        return False
    except MailNotSent as error:
        logger.warning("claim mail not sent", inbox=str(inbox_id), error=type(error.__cause__).__name__)
        if inbox.created_at + GIVE_UP_AFTER <= now:
            give_up(inbox, inbox.issuance, error=str(error), now=now)
        return False
    inbox.token_digest, inbox.mail_due = tokens.digest(secret), False
    inbox.save(update_fields=["token_digest", "mail_due", "message_id"])
    return True


def offer_unsent(now: datetime) -> int:
    """Gives mails that are still due to the workers again; returns how many. The broker may lose what it holds."""
    due = InboxCredential.objects.unsent().filter(created_at__lt=now - OFFER_AGAIN_AFTER).order_by("created_at")
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    return sum(enqueue("credentials.mail_claim_link", str(inbox_id)) for inbox_id in ids)


def tell_recipient(credential_id: UUID) -> None:
    """Tells the recipient's account of what was delivered. Word of it only: it waits on their page whether or not."""
    related = ("issuance__issuer", "recipient__user")
    credential = Credential.objects.select_related(*related).exclude(signed="").filter(pk=credential_id).first()
    if credential is None:  # erased meanwhile
        return
    name, issuer = credential.document["name"], credential.issuance.issuer.display_name
    context = {"name": name, "issuer": issuer, "url": site_url("/credentials/received/")}
    subject = _("%(issuer)s gave you “%(name)s”") % context
    compose("credentials/mails/delivered", context, subject=subject, to=credential.recipient.user.email).send()


def _claim_mail(inbox: InboxCredential, secret: str) -> EmailMultiAlternatives:
    content, issuer = content_of(inbox), inbox.issuance.issuer
    context = {
        "name": content.name,
        "description": content.description,
        "issuer": issuer.display_name,
        "url": site_url(f"/claim/{secret}/"),
        "expires_at": inbox.expires_at,
    }
    subject = _("%(issuer)s has “%(name)s” for you") % context
    return compose(
        "credentials/mails/claim", context, subject=subject, to=inbox.recipient_value, name=f"{inbox.pk.hex}.claim"
    )
