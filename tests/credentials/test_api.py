"""The network's HTTP interface: shapes, order of checks, errors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.credentials import standing
from apps.credentials.claiming import accept, take_from_inbox
from apps.credentials.event_types import EventType, Source
from apps.credentials.expiry import expire_overdue
from apps.credentials.models import Boost, Profile
from tests.conftest import Program
from tests.credentials import makers
from tests.credentials.makers import sent
from tests.factories import UserFactory, issued

pytestmark = pytest.mark.django_db

LIST = "/api/activity/credentials"
STATS = f"{LIST}/stats"


@pytest.fixture
def program(owner: User, issuer: Profile) -> Program:
    return Program(issued(owner, Scope.ACTIVITY_READ, Scope.CREDENTIALS_WRITE).secret)


@pytest.fixture
def holders_program(stranger: User, holder: Profile) -> Program:
    return Program(issued(stranger).secret)


def records(program: Program, **query: Any) -> list[dict[str, Any]]:
    answer = program.get(LIST, query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["records"])


def walk(program: Program, **query: Any) -> list[dict[str, Any]]:
    """All pages, by the cursor."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = program.get(LIST, {**query, **cursor}).json()
        found += page["records"]
        assert page["hasMore"] == ("cursor" in page)
        if not page["hasMore"]:
            return found
        cursor = {"cursor": page["cursor"]}


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def test_a_record_has_what_is_known_and_no_nulls(
    program: Program, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    credential = sent(issuer, boost, "ada", activity_id="a1", metadata={"room": 7}).credential
    assert credential

    (record,) = records(program)

    assert {name: record[name] for name in record if name not in {"id", "timestamp"}} == {
        "activityId": "a1",
        "eventType": "DELIVERED",
        "actorProfileId": "academy",
        "recipientType": "profile",
        "recipientIdentifier": "ada",
        "boostUri": f"lc:network:localhost:8000/trpc:boost:{boost.pk}",
        "credentialUri": f"lc:network:localhost:8000/trpc:credential:{credential.pk}",
        "source": "sendBoost",
        "metadata": {"room": 7},
        "status": "active",
        "boost": {"id": str(boost.pk), "name": "First aid", "category": "Badge"},
        "recipientProfile": {"profileId": "ada", "displayName": "Ada L."},
    }
    assert datetime.fromisoformat(record["timestamp"]).tzinfo == UTC


def test_an_inbox_record_names_its_inbox_and_no_profile(program: Program, issuer: Profile, boost: Boost) -> None:
    inbox = sent(issuer, boost, "x@example.com").inbox
    assert inbox

    (record,) = records(program)

    assert record["inboxCredentialId"] == str(inbox.pk)
    assert record["recipientType"] == "email"
    assert not {"recipientProfile", "credentialUri", "integrationId", "metadata"} & record.keys()


def test_pages_meet_and_never_overlap(program: Program, issuer: Profile, boost: Boost, holder: Profile) -> None:
    for _ in range(10):
        sent(issuer, boost, "ada")

    for limit in (1, 3, 5, 10, 11):
        found = walk(program, limit=limit)
        assert len({record["id"] for record in found}) == len(found) == 10
        assert [record["timestamp"] for record in found] == sorted((r["timestamp"] for r in found), reverse=True)


def test_exactly_a_page_has_no_cursor(program: Program, issuer: Profile, boost: Boost, holder: Profile) -> None:
    for _ in range(3):
        sent(issuer, boost, "ada")

    assert program.get(LIST, {"limit": 3}).json().keys() == {"records", "hasMore"}


def test_polling_forward_brings_each_event_once(
    program: Program, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    sent(issuer, boost, "ada")
    seen = records(program)
    assert records(program, after=seen[0]["timestamp"]) == []

    for _ in range(3):
        sent(issuer, boost, "ada")

    newer = walk(program, after=seen[0]["timestamp"], limit=2)
    assert len(newer) == 3
    assert seen[0] not in newer


def test_filters_leave_what_they_name(program: Program, issuer: Profile, boost: Boost, holder: Profile) -> None:
    other = makers.boost(issuer, "Other")
    integration = issuer.integrations.create(name="LMS")
    first = sent(issuer, boost, "ada", source=Source.SEND)
    sent(issuer, other, "x@example.com", integration_id=integration.pk)
    assert first.credential
    accept(profile=holder, credential_id=first.credential.pk)
    by_time = sorted(records(program), key=lambda record: record["timestamp"])
    times = [record["timestamp"] for record in by_time]

    def types(**query: Any) -> list[str]:
        return [record["eventType"] for record in records(program, **query)]

    assert types() == ["CLAIMED", "CREATED", "DELIVERED"]
    assert types(boostUri=by_time[0]["boostUri"]) == ["CLAIMED", "DELIVERED"]
    assert types(eventType="CREATED") == types(integrationId=str(integration.pk)) == ["CREATED"]
    assert types(recipient="x@example.com") == ["CREATED"]
    assert types(source="claim") == ["CLAIMED"]
    assert types(startDate=times[1], endDate=times[1]) == ["CREATED"]
    assert types(startDate=times[1]) == ["CLAIMED", "CREATED"]
    assert types(integrationId="not-one-of-ours") == []
    assert types(groupByLatestStatus="true") == ["CLAIMED", "CREATED"]
    assert types(groupByLatestStatus="false") == types()
    assert types(groupByLatestStatus="true", eventType="DELIVERED") == []
    assert types(groupByLatestStatus="true", source="claim") == ["CLAIMED"]
    assert types(groupByLatestStatus="true", source="send") == []
    assert types(groupByLatestStatus="true", recipient="ada") == ["CLAIMED"]
    assert walk(program, groupByLatestStatus="true", limit=1) == records(program, groupByLatestStatus="true")


def test_the_chain_is_told_oldest_first_and_by_its_latest_event(
    program: Program, holders_program: Program, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    email = makers.verify_email(holder.user)
    credential = sent(issuer, boost, email, activity_id="a1").credential
    assert credential
    accept(profile=holder, credential_id=credential.pk)

    chain = program.get(f"{LIST}/a1/chain").json()

    assert [record["eventType"] for record in chain] == ["CREATED", "DELIVERED", "CLAIMED"]
    assert program.get(f"{LIST}/a1").json() == chain[-1]


@pytest.mark.parametrize("activity_id", ["unknown", "a1", "%00", "a" * 3000, "é"])
def test_a_chain_of_someone_elses_is_as_unknown_as_one_that_does_not_exist(
    holders_program: Program, issuer: Profile, boost: Boost, activity_id: str
) -> None:
    sent(issuer, boost, "ada", activity_id="a1")

    one, chain = (holders_program.get(f"{LIST}/{activity_id}{end}") for end in ("", "/chain"))

    assert (one.status_code, one.json()) == (200, None)
    assert (chain.status_code, chain.json()) == (200, [])


def test_statistics_count_each_activity_once_under_its_latest_event(
    program: Program, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    claimed = [sent(issuer, boost, "ada").credential for _ in range(3)]
    for credential in claimed:
        assert credential
        accept(profile=holder, credential_id=credential.pk)
    email = makers.verify_email(holder.user)
    standing.revoke(sent(issuer, boost, email).issuance)
    sent(issuer, boost, "x@example.com")
    sent(issuer, boost, "y@example.com", lifetime=timedelta(seconds=1))
    list(expire_overdue(timezone.now() + timedelta(hours=1)))

    stats = program.get(STATS).json()

    assert 0 <= stats.pop("medianHoursToClaim") < 1
    assert stats == {
        "total": 6, "created": 1, "delivered": 1, "claimed": 3, "expired": 1, "failed": 0, "claimRate": 60.0,
        "revoked": 1, "suspended": 0, "totalEvents": 11, "everCreated": 3, "everDelivered": 4, "everClaimed": 3,
        "claimedOfDelivered": 75.0,
    }  # fmt: skip
    assert program.get(STATS, {"eventType": "CLAIMED"}).json()["total"] == 3
    assert program.get(STATS, {"endDate": "2020-01-01T00:00:00Z"}).json()["claimRate"] == 0
    other = makers.boost(issuer, "Other")
    sent(issuer, other, "ada")
    uris = [f"lc:network:localhost:8000/trpc:boost:{each.pk}" for each in (boost, other)]
    assert [program.get(STATS, {"boostUris": some}).json()["total"] for some in (uris[:1], uris[1:], uris)] == [6, 1, 7]


def test_empty_statistics_are_noughts(program: Program) -> None:
    stats = program.get(STATS).json()

    assert set(stats.values()) == {0}
    assert "medianHoursToClaim" not in stats


def test_a_holder_learns_what_still_holds_of_their_own(
    program: Program, holders_program: Program, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    _kept, revoked, suspended = (sent(issuer, boost, "ada") for _ in range(3))
    standing.revoke(revoked.issuance)
    standing.suspend(suspended.issuance)
    uris = [record["credentialUri"] for record in records(program)][::-1]
    asked = {"uris": [*uris, uris[0].replace("credential", "boost"), "nonsense"]}

    answer = holders_program.post(f"{LIST}/lifecycle-statuses", asked, content_type="application/json")

    assert answer.json() == dict(zip(uris, ["active", "revoked", "suspended"], strict=True))
    foreign = program.post(f"{LIST}/lifecycle-statuses", asked, content_type="application/json")
    assert foreign.json() == {}
    assert [record["status"] for record in records(program)] == ["suspended", "revoked", "active"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "yesterday"}, "cursor"),
        ({"cursor": "2026-11-21T14:12:08"}, "cursor"),
        ({"startDate": "2026-11-21"}, "startDate"),
        ({"startDate": "2026-11-21T14:12:08"}, "startDate"),
        ({"endDate": "1700000000"}, "endDate"),
        ({"endDate": "9999-12-31T23:59:59-23:00"}, "endDate"),
        ({"eventType": "claimed"}, "eventType"),
        ({"source": "pigeon"}, "source"),
        ({"boostUri": "everything"}, "boostUri"),
        ({"boostUri": ""}, "boostUri"),
        ({"boostUri": "lc:network:x/trpc:credential:0193b0a0-0000-7000-8000-000000000000"}, "boostUri"),
        ({"groupByLatestStatus": "perhaps"}, "groupByLatestStatus"),
        ({"recipient": "a\x00b"}, "recipient"),
        ({"after": "x"}, "after"),
    ],
)
def test_input_that_cant_be_read_is_a_bad_request_that_says_where(
    program: Program, query: dict[str, str], field: str
) -> None:
    answer = program.get(LIST, query)

    assert answer.status_code == 400
    body = answer.json()
    assert body["code"] == "BAD_REQUEST"
    assert body["message"]
    assert [issue["path"] for issue in body["issues"]] == [[field]]


def test_a_hundred_and_one_uris_are_too_many(program: Program) -> None:
    for count, status in ((100, 200), (101, 400)):
        asked = {"uris": ["x"] * count}
        answer = program.post(f"{LIST}/lifecycle-statuses", asked, content_type="application/json")
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["", "/stats", "/a", "/a/chain", "/export.csv"])
def test_who_calls_is_looked_at_before_what_is_asked(path: str, owner: User, issuer: Profile) -> None:
    query = {"limit": "0", "startDate": "x"}
    without_scope = Program(issued(owner, Scope.CREDITS_READ).secret).get(LIST + path, query)

    for answer in (Client().get(LIST + path, query), Program("act_forged").get(LIST + path, query), without_scope):
        assert answer.status_code == 401
        assert answer.json()["code"] == "UNAUTHORIZED"
    assert "activity:read" in without_scope.json()["message"]
    no_profile = Program(issued(UserFactory.create()).secret).get(LIST + path, query)
    assert (no_profile.status_code, no_profile.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("scope", ["activity:read", "activity:*", "*:read", "*:*"])
def test_wide_scopes_pass(owner: User, issuer: Profile, scope: str) -> None:
    token = issued(owner)
    token.token.scopes = [scope]
    token.token.save()

    assert Program(token.secret).get(LIST).status_code == 200


@pytest.mark.parametrize("scope", ["activity", "*", "activity:write", "generations:*", "activity:read:more"])
def test_other_scopes_dont(owner: User, issuer: Profile, scope: str) -> None:
    token = issued(owner)
    token.token.scopes = [scope]
    token.token.save()

    assert Program(token.secret).get(LIST).status_code == 401


def test_an_address_that_isnt_there_says_so_in_the_same_words(program: Program) -> None:
    for path in ("/api/", "/api/activity", "/api/nothing/here", f"{LIST}/a/b/c"):
        answer = program.get(path)
        if path != "/api/":
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    wrong_method = program.put(LIST)
    assert (wrong_method.status_code, wrong_method.json()["code"]) == (405, "METHOD_NOT_SUPPORTED")


def test_the_list_asks_six_times_however_long_it_is(
    program: Program, issuer: Profile, boost: Boost, holder: Profile, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    records(program)
    for _ in range(5):
        sent(issuer, boost, "ada")
        sent(issuer, makers.boost(issuer), "x@example.com")

    with django_assert_num_queries(6):  # token, profile, events, boosts, recipients, standings
        assert len(records(program)) == 10
    with django_assert_num_queries(3):
        program.get(STATS)


def test_an_inbox_can_be_claimed_over_http(
    holders_program: Program, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    inbox = sent(issuer, boost, holder.user.email).inbox
    assert inbox
    makers.verify_email(holder.user)

    assert take_from_inbox(profile=holder, inbox_id=inbox.pk, now=timezone.now()).is_new
    uri = f"lc:network:localhost:8000/trpc:inbox:{inbox.pk}"
    again = holders_program.post("/api/credentials/accept", {"uri": uri}, content_type="application/json")
    assert again.json()["alreadyClaimed"] is True


def test_every_type_of_event_is_a_filter() -> None:
    assert {each.value for each in EventType} == {"CREATED", "DELIVERED", "CLAIMED", "EXPIRED", "FAILED"}
