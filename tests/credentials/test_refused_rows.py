"""What the database refuses, whoever writes it."""

from datetime import timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.credentials import log
from apps.credentials.event_types import EVENT_KINDS, EventType, Source, Standing
from apps.credentials.models import Boost, Credential, CredentialActivity, Issuance, IssuerClock, Profile
from apps.credentials.recipients import of_profile
from tests.credentials.makers import chain, sent

pytestmark = pytest.mark.django_db


def issuance_of(boost: Boost) -> Issuance:
    return Issuance.objects.create(issuer=boost.owner, boost=boost, activity_id=f"a{Issuance.objects.count()}")


def add(issuance: Issuance, event_type: EventType, **changes: Any) -> CredentialActivity:
    """Writes the event past all operations."""
    recipient = of_profile(issuance.issuer)
    failure = {"metadata": {"error": "no"}} if event_type == EventType.FAILED else {}
    with transaction.atomic():
        return log.append(
            issuance=issuance, event_type=event_type, source=Source.SEND, recipient=recipient, **failure | changes
        )


@pytest.mark.parametrize(("before", "after"), list(product([None, *EventType], EventType)))
def test_a_chain_goes_on_as_the_taxonomy_says(boost: Boost, before: EventType | None, after: EventType) -> None:
    issuance = issuance_of(boost)
    if before:
        if None not in EVENT_KINDS[before].follows:
            add(issuance, EventType.CREATED)
        add(issuance, before)

    if before in EVENT_KINDS[after].follows:
        add(issuance, after)
    else:
        with pytest.raises(IntegrityError, match=r"chain_goes_on_in_order|can't follow|one_event_of_a_type"):
            add(issuance, after)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(types=st.lists(st.sampled_from(list(EventType)), max_size=8))
def test_whatever_is_tried_a_chain_ends_once(boost: Boost, types: list[EventType]) -> None:
    issuance = issuance_of(boost)
    for event_type in types:
        try:
            add(issuance, event_type)
        except IntegrityError:
            continue

    written = chain(issuance)
    assert len(set(written)) == len(written)
    assert len([type_ for type_ in written if type_ in {"CLAIMED", "EXPIRED", "FAILED"}]) <= 1
    for before, after in pairwise([None, *written]):
        assert (EventType(before) if before else None) in EVENT_KINDS[EventType(str(after))].follows
    issuance.refresh_from_db()
    assert issuance.event_count == len(written)
    assert issuance.latest_type == (written[-1] if written else "")


def test_a_second_claim_is_refused_by_a_key_of_its_own(boost: Boost) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'one_event_of_a_type_per_chain'")
        assert "UNIQUE INDEX" in cursor.fetchone()[0]


def test_events_are_never_changed_or_removed(boost: Boost) -> None:
    event = add(issuance_of(boost), EventType.DELIVERED)

    for change in (
        lambda: CredentialActivity.objects.filter(pk=event.pk).update(metadata={"error": "x"}),
        event.delete,
        lambda: _sql("TRUNCATE credential_activity CASCADE"),
        lambda: _sql("UPDATE credential_issuances SET latest_type = 'CLAIMED'"),
        lambda: _sql("UPDATE credential_issuances SET activity_id = 'other'"),
        lambda: _sql("DELETE FROM credential_issuances"),
        lambda: _sql("UPDATE credential_issuer_clocks SET last_at = now() - interval '1 day'"),
        lambda: _sql("DELETE FROM credential_issuer_clocks"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_signed_credential_is_never_changed(issuer: Profile, boost: Boost, holder: Profile) -> None:
    sent(issuer, boost, "ada")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Credential.objects.update(signed="x")


def test_an_issuance_cant_begin_with_a_past(issuer: Profile) -> None:
    with pytest.raises(IntegrityError, match="moved by its events"):
        Issuance.objects.create(issuer=issuer, activity_id="x", event_count=1, latest_type="CLAIMED")


def test_what_doesnt_stand_cant_be_claimed_past_the_operations(boost: Boost) -> None:
    issuance = issuance_of(boost)
    add(issuance, EventType.DELIVERED)
    Issuance.objects.update(standing=Standing.REVOKED)

    with pytest.raises(IntegrityError, match="can't follow"):
        add(issuance, EventType.CLAIMED)


def test_actor_boost_and_integration_are_the_issuances_whatever_is_written(
    boost: Boost, issuer: Profile, holder: Profile
) -> None:
    issuance = issuance_of(boost)
    CredentialActivity.objects.create(
        issuance=issuance, activity_id="forged", actor=holder, event_type=EventType.DELIVERED, source=Source.SEND,
        recipient_type="profile", recipient_identifier="ada", recipient_profile=holder,
    )  # fmt: skip

    event = CredentialActivity.objects.get()
    assert (event.activity_id, event.actor, event.boost) == (issuance.activity_id, issuer, boost)


def test_times_rise_strictly_also_where_they_are_given(boost: Boost) -> None:
    first, second = issuance_of(boost), issuance_of(boost)
    past = timezone.now() - timedelta(days=2)
    CredentialActivity.objects.create(**_row(first, timestamp=past))
    CredentialActivity.objects.create(**_row(second, timestamp=past - timedelta(days=1)))

    times = list(CredentialActivity.objects.oldest_first().values_list("timestamp", flat=True))
    assert times == [past, past + timedelta(microseconds=1)]
    assert IssuerClock.objects.get().last_at == times[-1]


def test_no_event_is_from_the_future(boost: Boost) -> None:
    with pytest.raises(IntegrityError, match="still to come"):
        CredentialActivity.objects.create(**_row(issuance_of(boost), timestamp=timezone.now() + timedelta(hours=1)))


def _row(issuance: Issuance, **changes: Any) -> dict[str, Any]:
    given = {"event_type": EventType.DELIVERED, "source": Source.SEND, "recipient_type": "profile"}
    recipient = {"recipient_identifier": "ada", "recipient_profile": issuance.issuer}
    return {"issuance": issuance, "actor": issuance.issuer, **given, **recipient, **changes}


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
