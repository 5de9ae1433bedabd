"""What the mail provider posts about a mail, as its documentation shows it."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from apps.sandbox.models import Mail

_SERVER: Final = 23
_GONE: Final = "The server was unable to deliver your message (ex: unknown user, mailbox not found)."
_SPAM: Final = "The subscriber explicitly marked this message as spam."


def delivery(mail: Mail, address: str, *, now: datetime) -> str:
    """The recipient's server has taken it."""
    told = {"Recipient": address, "DeliveredAt": _moment(now), "Details": "smtp;250 2.0.0 OK"}
    return json.dumps(_about(mail, "Delivery") | told)


def bounce(mail: Mail, address: str, *, now: datetime) -> str:
    """The recipient's server knows nobody of that name."""
    kind = {"Type": "HardBounce", "TypeCode": 1, "Name": "Hard bounce", "Description": _GONE}
    details = "smtp;550 5.1.1 The email account that you tried to reach does not exist."
    return json.dumps(_about(mail, "Bounce") | kind | _returned(mail, address, now) | {"Details": details})


def complaint(mail: Mail, address: str, *, now: datetime) -> str:
    """The reader called it spam."""
    kind = {"Type": "SpamComplaint", "TypeCode": 512, "Name": "Spam complaint", "Description": _SPAM}
    return json.dumps(_about(mail, "SpamComplaint") | kind | _returned(mail, address, now) | {"Details": ""})


def _about(mail: Mail, record: str) -> dict[str, Any]:
    return {
        "RecordType": record,
        "MessageStream": mail.request.get("MessageStream", "outbound"),
        "MessageID": str(mail.pk),
        "ServerID": _SERVER,
        "Tag": mail.request.get("Tag", ""),
        "Metadata": mail.request.get("Metadata", {}),
    }


def _returned(mail: Mail, address: str, now: datetime) -> dict[str, Any]:
    return {
        "ID": mail.pk.int >> 65,
        "Email": address,
        "From": mail.sender,
        "BouncedAt": _moment(now),
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": mail.subject,
    }


def _moment(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
