"""Whoever reads the whole database can open nothing with what they read: no secret stands in any table."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.utils import timezone

from apps.accounts.sessions import SessionStore
from apps.credentials.claim_links import make_link
from apps.credentials.keys import open_key
from apps.credentials.models import Boost, SigningKey
from apps.orders.guest_links import token_of
from apps.orders.models import Order
from tests.stage import Stage


def secrets_of(stage: Stage) -> dict[str, str]:
    """One of each kind, given out the way that people get them."""
    owner, browser = stage.people["owner"], stage.browser("owner")
    page = browser.post("/account/tokens/", {"name": "script", "scopes": ["activity:read"], "days": "30"}).text
    TOTP.activate(owner, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    link = make_link(
        Boost.objects.filter(state=Boost.State.LIVE)[0], lifetime=timedelta(days=1), uses=1, now=timezone.now()
    )
    return {
        "token": re.findall(r"act_[A-Za-z0-9_-]{20,}", page)[0],
        "session": str(browser.session.session_key),
        "second factor": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "recovery code": RecoveryCodes.activate(owner).get_unused_codes()[0],
        "claim link": link.secret,
        "signing key": str(open_key(SigningKey.objects.all()[0]).as_dict(private=True)["d"]),
        "password": "correct horse battery",
        "guest's order": token_of(Order.objects.filter(user=None)[0].pk),
    }


def everything() -> str:
    """Every row of every table as text, and what the sessions hold."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            found += [str(row) for (row,) in cursor.fetchall()]
        cursor.execute("SELECT session_data FROM user_sessions")
        found += [str(SessionStore().decode(data)) for (data,) in cursor.fetchall()]
        cursor.execute("SELECT encode(body, 'escape') FROM webhook_deliveries WHERE body IS NOT NULL")
        found += [str(body) for (body,) in cursor.fetchall()]
    return "\n".join(found)


def test_no_secret_stands_in_any_table(stage: Stage) -> None:
    secrets = secrets_of(stage)

    stored = everything()

    assert stage.people["owner"].email in stored
    assert not [kind for kind, secret in secrets.items() if secret in stored or secret.encode().hex() in stored]


@pytest.mark.parametrize("format", ["csv", "json"])
def test_no_secret_goes_along_with_an_export(format: str, stage: Stage) -> None:
    secrets = secrets_of(stage)

    export: Any = stage.browser("owner").get(f"/activity/export.{format}")
    text = b"".join(export.streaming_content).decode()

    assert not [kind for kind, secret in secrets.items() if secret in text]
