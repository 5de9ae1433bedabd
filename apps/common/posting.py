"""Mail in text and HTML, and what the mail server or provider answers when it is handed over."""

from collections.abc import Mapping
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any, Final
from urllib.parse import urlsplit

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.template.loader import render_to_string

_PASSING: Final = (SMTPException, AnymailError, OSError)


class MailNotSent(Exception):
    """The mail server or provider couldn't take a mail now; later it may."""


class RecipientRefused(Exception):
    """Nobody takes mail for the recipient, now or later; the text says why."""


def compose(
    template: str,
    context: Mapping[str, Any],
    *,
    subject: str,
    to: str,
    name: str = "",
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """A mail from ``<template>.txt`` and ``<template>.html``. A subject is one line, whatever is in it.

    A mail with a ``name`` has the same Message-ID however often it is sent, by which mailboxes know it again.
    """
    named = {"Message-ID": f"<{name}@{urlsplit(settings.SITE_URL).hostname}>"} if name else {}
    text = render_to_string(f"{template}.txt", dict(context)).strip() + "\n"
    message = EmailMultiAlternatives(" ".join(subject.split()), text, to=[to], headers={**named, **(headers or {})})
    html = render_to_string(f"{template}.html", {"site_name": settings.SITE_NAME, **context})
    message.attach_alternative(html, "text/html")
    return message


def hand_over(message: EmailMultiAlternatives) -> str:
    """The provider's name for the mail, by which it tells of it later; the header's where mail goes by SMTP.

    Raises MailNotSent and RecipientRefused. A server that says 4xx would like to be asked again.
    """
    try:
        message.send()
    except _PASSING as error:
        if _is_final(error):
            raise RecipientRefused(_reason(error)) from error
        raise MailNotSent(f"{type(error).__name__}: {error}") from error
    told = getattr(getattr(message, "anymail_status", None), "message_id", None)
    return told if isinstance(told, str) else str(message.extra_headers.get("Message-ID", ""))


def take_turn(name: str) -> bool:
    """Keeps others from the same mail until the transaction ends; false where somebody is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail:{name}"])
        (taken,) = cursor.fetchone()
    return bool(taken)


def _is_final(error: Exception) -> bool:
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in error.recipients.values())
    return isinstance(error, AnymailRecipientsRefused)


def _reason(error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(answer.decode(errors="replace") for _code, answer in error.recipients.values())
    return str(error)
