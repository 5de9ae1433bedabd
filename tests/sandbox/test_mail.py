"""The mail provider's stand-in, through the official backend and the official reading of its webhooks."""

import json
from typing import Any

import pytest
import requests
from anymail.backends.postmark import EmailBackend
from anymail.exceptions import AnymailAPIError
from anymail.message import AnymailMessage
from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.test import RequestFactory

from tests.sandbox.listener import Heard
from tests.sandbox.stage import Sandbox, Visitor

HTML = "<html><body><p>Thank you, <a href='http://127.0.0.1/orders/'>see your order</a></p><script>1</script></body>"


def send(sandbox: Sandbox, subject: str = "Your order") -> AnymailMessage:
    """A mail with text and HTML, handed over by anymail."""
    backend = EmailBackend(
        server_token=sandbox.keys.derived("postmark"), api_url=f"{sandbox.address}/sandbox/postmark/"
    )
    message = AnymailMessage(
        subject=subject,
        body="Thank you. See http://127.0.0.1/orders/",
        from_email="Activity <activity@localhost>",
        to=["Ada Sample <customer@example.com>"],
        connection=backend,
    )
    message.metadata = {"order": "42"}
    message.attach_alternative(HTML, "text/html")
    message.send()
    return message


def read(webhook: Heard, sandbox: Sandbox) -> AnymailTrackingEvent:
    """As anymail's own view checks and reads it."""
    view = PostmarkTrackingWebhookView(webhook_secret=f"sandbox:{sandbox.keys.derived('postmark webhooks')}")
    request = RequestFactory().post(
        webhook.path,
        webhook.body,
        content_type="application/json",
        headers={"Authorization": webhook.headers["Authorization"]},
    )
    view.run_validators(request)
    (event,) = view.parse_events(request)
    return event


def message_id(message: AnymailMessage) -> str:
    status: Any = message.anymail_status
    return str(status.recipients["customer@example.com"].message_id)


def test_a_mail_is_taken_and_reported_as_delivered(sandbox: Sandbox) -> None:
    id = message_id(send(sandbox))
    webhook = sandbox.listener.wait_for("Delivery")
    event = read(webhook, sandbox)

    assert webhook.path == "/webhooks/email/postmark/"
    assert (event.event_type, event.message_id, event.recipient) == ("delivered", id, "customer@example.com")
    assert event.timestamp is not None
    assert event.metadata == {"order": "42"}


@pytest.mark.parametrize(
    ("fault", "record", "type", "reason"),
    [
        ("mail_bounces", "Bounce", "bounced", "bounced"),
        ("mail_complained", "SpamComplaint", "complained", "spam"),
    ],
)
def test_a_mail_can_be_made_to_come_back(sandbox: Sandbox, fault: str, record: str, type: str, reason: str) -> None:
    sandbox.hurry()
    sandbox.prepare(**{fault: 1})
    id = message_id(send(sandbox))
    event = read(sandbox.listener.wait_for(record), sandbox)

    assert (event.event_type, event.reject_reason, event.message_id) == (type, reason, id)
    assert event.event_id


def test_a_mail_can_be_made_to_be_refused(sandbox: Sandbox) -> None:
    sandbox.prepare(mail_refused=1)

    with pytest.raises(AnymailAPIError):
        send(sandbox)


def test_a_wrong_token_is_refused(sandbox: Sandbox) -> None:
    refused = requests.post(f"{sandbox.address}/sandbox/postmark/email", json={}, timeout=10)

    assert (refused.status_code, refused.json()["ErrorCode"]) == (401, 10)


def test_a_batch_takes_each_mail_by_itself(sandbox: Sandbox) -> None:
    mail = {"From": "a@example.com", "To": "b@example.com", "Subject": "One", "TextBody": "One"}
    answer = requests.post(
        f"{sandbox.address}/sandbox/postmark/email/batch",
        json=[mail, {**mail, "To": ""}],
        headers={"X-Postmark-Server-Token": sandbox.keys.derived("postmark")},
        timeout=10,
    )

    assert [each["ErrorCode"] for each in json.loads(answer.text)] == [0, 300]


def test_the_mailbox_shows_text_and_html_and_lets_the_html_do_nothing(sandbox: Sandbox, visitor: Visitor) -> None:
    id = message_id(send(sandbox, subject="Your order SS-260223-0042"))

    assert "Your order SS-260223-0042" in visitor.get("/sandbox/mail/").text
    page = visitor.get(f"/sandbox/mail/{id}/")
    assert "Thank you. See <a href=" in page.text
    frame = visitor.get(f"/sandbox/mail/{id}/html/")
    policy = frame.headers["Content-Security-Policy"]
    assert frame.text.endswith(HTML)
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert (frame.headers["X-Frame-Options"], "frame-ancestors 'self'" in policy) == ("SAMEORIGIN", True)
