"""What becomes of a stored message: one effect, however often and however many try, and never silence."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from apps.webhooks import processing, retention
from apps.webhooks.inbox import Envelope, store
from apps.webhooks.models import DeliveryStatus, WebhookDelivery
from apps.webhooks.registry import Handler, NotUnderstood, NotYet
from tests.threads import at_once
from tests.webhooks.signing import stripe_event

HandledBy = Callable[[Handler], None]


def taken_in(number: int = 1, *, event_type: str = "test.happened") -> WebhookDelivery:
    body = stripe_event(f"evt_{number}", event_type)
    delivery_id = store(provider="stripe", envelope=Envelope(f"evt_{number}", event_type), body=body, headers={})
    assert delivery_id
    return WebhookDelivery.objects.get(pk=delivery_id)


class Effect:
    """A handler that writes a row, and then fails as it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def __call__(self, delivery: WebhookDelivery) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO order_numbers (day, last) VALUES (current_date, 1)"
                           " ON CONFLICT (day) DO UPDATE SET last = order_numbers.last + 1")  # fmt: skip
        if self.errors:
            raise self.errors.pop(0)
        return True


def effects() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(sum(last), 0) FROM order_numbers")
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("committed")
def test_of_many_who_process_a_message_at_once_one_does(handled_by: HandledBy) -> None:
    handled_by(Effect())
    delivery = taken_in()

    outcomes = at_once(12, lambda _: processing.process(delivery.pk))

    assert outcomes.errors == []
    assert sorted(map(str, outcomes.answers)) == ["None"] * 11 + ["processed"]
    delivery.refresh_from_db()
    assert (effects(), delivery.attempts, delivery.status) == (1, 1, DeliveryStatus.PROCESSED)


@pytest.mark.django_db
def test_a_failed_attempt_leaves_nothing_but_the_reason(handled_by: HandledBy, told: list[str]) -> None:
    handled_by(Effect(OperationalError("deadlock detected")))
    delivery = taken_in()

    assert processing.process(delivery.pk) == DeliveryStatus.RECEIVED

    delivery.refresh_from_db()
    assert (effects(), delivery.attempts, delivery.error) == (0, 1, "OperationalError: deadlock detected")
    assert timedelta(seconds=5) < delivery.due_at - timezone.now() <= timedelta(seconds=10)
    assert processing.process(delivery.pk) == DeliveryStatus.PROCESSED
    assert (effects(), told) == (1, [])


@pytest.mark.django_db
def test_what_goes_on_failing_waits_for_a_person_in_the_end(handled_by: HandledBy, told: list[str]) -> None:
    handled_by(Effect(*[NotYet("no such order yet")] * 5))
    delivery = taken_in()

    outcomes = [processing.process(delivery.pk) for _ in range(6)]

    assert outcomes == [*[DeliveryStatus.RECEIVED] * 4, DeliveryStatus.FAILED, None]
    assert (told, effects()) == (["failed evt_1"], 0)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [NotUnderstood("new"), KeyError("id"), TypeError("no text"), ValueError("no time")])
def test_what_is_not_understood_waits_for_a_person_at_once(
    handled_by: HandledBy, told: list[str], error: Exception
) -> None:
    handled_by(Effect(error))
    delivery = taken_in()

    assert processing.process(delivery.pk) == DeliveryStatus.FAILED
    assert told == ["failed evt_1"]
    assert processing.process(delivery.pk) is None


@pytest.mark.django_db
def test_a_message_without_a_type_waits_for_a_person(told: list[str]) -> None:
    delivery = taken_in(event_type="")

    assert processing.process(delivery.pk) == DeliveryStatus.FAILED
    assert told == ["failed evt_1"]


@pytest.mark.django_db
def test_a_message_that_is_nobodys_own_is_put_aside(handled_by: HandledBy) -> None:
    handled_by(lambda _: False)

    assert processing.process(taken_in().pk) == DeliveryStatus.IGNORED


@pytest.mark.usefixtures("committed")
def test_an_attempt_that_failed_does_not_overrule_one_that_succeeded_meanwhile(handled_by: HandledBy) -> None:
    turns = iter([True, False])

    def fails_while_another_succeeds(_: WebhookDelivery) -> bool:
        if next(turns):
            raise OperationalError("connection lost")
        return True

    handled_by(fails_while_another_succeeds)
    delivery = taken_in()
    attempts = delivery.attempts
    with pytest.raises(OperationalError):
        processing._process(delivery.pk, again=False)
    assert processing.process(delivery.pk) == DeliveryStatus.PROCESSED

    assert processing._note_failure(delivery.pk, OperationalError(), attempts) == DeliveryStatus.PROCESSED


@pytest.mark.django_db
def test_replaying_a_failed_message_tells_that_it_was_handled_after_all(handled_by: HandledBy, told: list[str]) -> None:
    handled_by(Effect(NotUnderstood("new")))
    delivery = taken_in()
    processing.process(delivery.pk)
    output = StringIO()

    call_command("replay_webhooks", "--failed", stdout=output)

    assert output.getvalue() == "1 deliveries run: 1 processed, 0 not needed, 0 failed.\n"
    assert told == ["failed evt_1", "recovered evt_1"]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.error, delivery.attempts) == (DeliveryStatus.PROCESSED, "", 2)


@pytest.mark.django_db
def test_a_replay_that_fails_again_says_so_and_ends_with_status_1(handled_by: HandledBy, told: list[str]) -> None:
    handled_by(Effect(NotUnderstood("new"), OperationalError("down")))
    processing.process(taken_in().pk)

    with pytest.raises(CommandError, match="1 failed"):
        call_command("replay_webhooks", "--failed")
    assert WebhookDelivery.objects.get().status == DeliveryStatus.FAILED
    assert told == ["failed evt_1", "failed evt_1"]


@pytest.mark.django_db
def test_a_replay_can_be_narrowed(handled_by: HandledBy) -> None:
    handled_by(Effect())
    for number in range(3):
        taken_in(number)
    WebhookDelivery.objects.filter(event_id="evt_0").update(received_at=timezone.now() - timedelta(days=3))

    call_command("replay_webhooks", "--provider", "printify")
    assert effects() == 0
    call_command("replay_webhooks", "--since", f"{timezone.now() - timedelta(days=1):%Y-%m-%d}")
    assert effects() == 2


@pytest.mark.django_db
def test_the_sweep_offers_again_what_is_due(handled_by: HandledBy) -> None:
    handled_by(Effect())
    waiting, done = taken_in(1), taken_in(2)
    processing.process(done.pk)
    assert processing.sweep() == 0
    WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    assert (processing.sweep(), processing.sweep()) == (1, 0)
    waiting.refresh_from_db()
    assert waiting.status == DeliveryStatus.RECEIVED


@pytest.mark.django_db
def test_old_messages_lose_their_words_and_stay_known(handled_by: HandledBy) -> None:
    handled_by(Effect(NotUnderstood("new")))
    for number in range(3):
        processing.process(taken_in(number).pk)
    now = timezone.now()

    assert retention.forget_bodies(now) == 0
    assert retention.forget_bodies(now + timedelta(days=91)) == 2
    assert retention.forget_bodies(now + timedelta(days=91)) == 0
    assert list(WebhookDelivery.objects.with_body().values_list("status", flat=True)) == [DeliveryStatus.FAILED]
    again = WebhookDelivery.objects.get(event_id="evt_1")
    assert processing.process(again.pk, again=True) is None
    with transaction.atomic():
        assert store(provider="stripe", envelope=Envelope("evt_1", "test.happened"), body=b"{}", headers={}) is None
