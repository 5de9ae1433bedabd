"""Issuing, claiming and taking back over HTTP: what is answered, and that a refusal leaves no event."""

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.credentials.models import Boost, CredentialActivity, Issuance, Profile
from apps.credentials.profiles import block
from tests.conftest import Program
from tests.credentials import makers
from tests.credentials.makers import event_count, sent, told
from tests.credentials.test_claiming import link_to, token_of
from tests.factories import issued

pytestmark = pytest.mark.django_db

Post = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def program(owner: User, issuer: Profile) -> Program:
    return Program(issued(owner).secret)


@pytest.fixture
def post(program: Program) -> Post:
    """Posts JSON as the issuer's program: ``post("send", recipient=…)``."""
    return poster(program)


@pytest.fixture
def holders_post(stranger: User, holder: Profile) -> Post:
    return poster(Program(issued(stranger).secret))


def poster(program: Program) -> Post:
    def post(path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        answer = program.post(f"/api/credentials/{path}", body, content_type="application/json")
        return answer.status_code, answer.json()

    return post


def uri(boost: Boost) -> str:
    return f"lc:network:localhost:8000/trpc:boost:{boost.pk}"


def test_send_answers_with_its_activity(post: Post, boost: Boost, holder: Profile) -> None:
    status, body = post("send", type="boost", recipient="ada", templateUri=uri(boost))

    issuance = Issuance.objects.get()
    assert status == 200
    assert body["activityId"] == issuance.activity_id
    assert body["uri"] == uri(boost)
    assert body["credentialUri"].startswith("lc:network:localhost:8000/trpc:credential:")
    assert told(issuance) == [("DELIVERED", "send", "ada")]


def test_each_door_leaves_its_own_source(post: Post, boost: Boost, holder: Profile) -> None:
    badge = {"credentialSubject": {"achievement": {"name": "Prize"}}}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("send", {"templateUri": uri(boost)}),
        ("send", {"templateUri": uri(boost), "contractUri": "lc:network:x/trpc:contract:1"}),
        ("send", {"credential": badge}),
        ("send-boost", {"boostUri": uri(boost)}),
        ("send-credential", {"credential": badge}),
    ]
    for path, body in asked:
        assert post(path, recipient="ada", **body)[0] == 200

    sources = CredentialActivity.objects.oldest_first().values_list("source", flat=True)
    assert list(sources) == ["send", "contract", "send", "sendBoost", "sendCredential"]


def test_an_inbox_issuance_tells_no_token_but_to_a_phone(post: Post, boost: Boost) -> None:
    _, to_email = post("send", recipient="x@example.com", templateUri=uri(boost))
    _, to_phone = post("send", recipient="+442079460018", templateUri=uri(boost))

    assert to_email["inbox"].keys() == {"issuanceId", "status"}
    assert to_phone["inbox"]["claimUrl"].startswith("http://localhost:8000/claim/")


def test_the_callers_activity_id_is_kept(post: Post, boost: Boost, holder: Profile) -> None:
    assert post("send", recipient="ada", templateUri=uri(boost), activityId="x.1")[1]["activityId"] == "x.1"
    status, body = post("send", recipient="ada", templateUri=uri(boost), activityId="x.1")
    assert (status, body["code"]) == (400, "BAD_REQUEST")
    assert event_count() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"recipient": "nobody-here"}, 404),
        ({"recipient": "???"}, 400),
        ({"recipient": ""}, 400),
        ({"recipient": "a\x00b"}, 400),
        ({"recipient": 7}, 400),
        ({"templateUri": f"lc:network:x/trpc:boost:{uuid4()}"}, 404),
        ({"templateUri": "nonsense"}, 400),
        ({"templateUri": None}, 400),
        ({"credential": {}}, 400),
        ({"activityId": "has spaces"}, 400),
        ({"activityId": "stats"}, 400),
        ({"activityId": "x" * 101}, 400),
        ({"integrationId": str(uuid4())}, 404),
        ({"integrationId": "nonsense"}, 404),
        ({"metadata": "text"}, 400),
        ({"options": {"expiresInDays": 0}}, 400),
        ({"type": "certificate"}, 400),
    ],
)
def test_what_isnt_right_is_refused_and_leaves_nothing(
    post: Post, boost: Boost, holder: Profile, changes: dict[str, Any], status: int
) -> None:
    answered, body = post("send", **{"recipient": "ada", "templateUri": uri(boost), **changes})

    assert (answered, body["code"]) == (status, "NOT_FOUND" if status == 404 else "BAD_REQUEST")
    assert event_count() == Issuance.objects.count() == 0


def test_drafts_others_boosts_and_those_who_blocked_are_refused(
    post: Post, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    draft = makers.boost(issuer, state=Boost.State.DRAFT)
    block(profile=holder, issuer=issuer)

    assert post("send", recipient="ada", templateUri=uri(draft))[0] == 400
    assert post("send", recipient="ada", templateUri=uri(makers.boost(holder)))[0] == 404
    assert post("send", recipient="ada", templateUri=uri(boost)) == post(
        "send", recipient="nobody-here", templateUri=uri(boost)
    )
    assert event_count() == 0


@pytest.mark.parametrize(
    "document", [{}, {"credentialSubject": []}, {"credentialSubject": {"achievement": {"name": ""}}}]
)
def test_a_credential_without_an_achievement_is_refused(post: Post, holder: Profile, document: dict[str, Any]) -> None:
    assert post("send-credential", recipient="ada", credential=document)[0] == 400
    assert event_count() == 0


def test_a_broken_body_is_a_bad_request(program: Program) -> None:
    for body in ("{", "[]", "null", '"text"', '{"recipient": "\\ud800"}'):
        answer = program.post("/api/credentials/send", body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST"), body


def test_accepting_twice_is_success(post: Post, holders_post: Post, boost: Boost) -> None:
    credential_uri = post("send", recipient="ada", templateUri=uri(boost))[1]["credentialUri"]

    first, second = (holders_post("accept", uri=credential_uri) for _ in range(2))

    assert (first[0], first[1]["alreadyClaimed"]) == (200, False)
    assert (second[0], second[1]["alreadyClaimed"]) == (200, True)
    assert event_count() == 2
    assert post("accept", uri=credential_uri)[0] == 404
    assert holders_post("accept", uri=uri(boost))[0] == 400


def test_a_token_is_claimed_by_http_once(holders_post: Post, post: Post, issuer: Profile, boost: Boost) -> None:
    secret = token_of(sent(issuer, boost, "x@example.com").inbox)

    assert holders_post(f"claim/{secret}")[1]["alreadyClaimed"] is False
    assert holders_post(f"claim/{secret}")[1]["alreadyClaimed"] is True
    status, body = post(f"claim/{secret}")
    assert (status, body["message"]) == (400, "This was claimed already.")


@pytest.mark.usefixtures("one_moment")
def test_guessing_tokens_is_slowed_down(holders_post: Post, boost: Boost) -> None:
    cache.clear()
    answers = [holders_post(f"claim/forged-{n}")[0] for n in range(21)]

    assert answers == [404] * 20 + [429]
    assert holders_post(f"claim/{link_to(boost)}")[0] == 200


def test_revoking_suspending_and_back(post: Post, holders_post: Post, boost: Boost, holder: Profile) -> None:
    _, body = post("send", recipient="ada", templateUri=uri(boost), activityId="a1")
    credential_uri = body["credentialUri"]

    assert post("suspend", activityId="a1")[1] == {"activityId": "a1", "status": "suspended"}
    status, refused = holders_post("accept", uri=credential_uri)
    assert (status, refused["code"]) == (400, "BAD_REQUEST")
    assert post("unsuspend", credentialUri=credential_uri)[1]["status"] == "active"
    assert post("revoke", activityId="a1")[1]["status"] == "revoked"
    assert post("unsuspend", activityId="a1")[0] == 400
    assert holders_post("accept", uri=credential_uri)[0] == 400
    for unknown in ({"activityId": "x"}, {"credentialUri": credential_uri}):
        assert holders_post("revoke", **unknown)[0] == 404
    assert post("revoke")[0] == 400
    assert event_count() == 1


def test_a_token_for_reading_issues_nothing(owner: User, boost: Boost, holder: Profile) -> None:
    reader = poster(Program(issued(owner, Scope.ACTIVITY_READ).secret))

    status, body = reader("send", recipient="ada", templateUri=uri(boost))

    assert (status, body["code"]) == (401, "UNAUTHORIZED")
    assert "credentials:write" in body["message"]
    assert event_count() == 0


def test_a_verifier_reads_the_credential_and_its_signature(
    post: Post, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    credential = sent(issuer, boost, "ada").credential
    assert credential
    address = f"/api/credentials/{credential.pk}"

    told_as_json = Client().get(address).json()
    signed = Client().get(address, headers={"accept": "application/vc+jwt"})

    assert told_as_json["credential"]["id"].endswith(address)
    assert (told_as_json["status"], told_as_json["signatureValid"]) == ("active", True)
    assert signed["Content-Type"] == "application/vc+jwt"
    assert signed.content.decode() == told_as_json["jwt"] == credential.signed
    assert Client().get(f"/api/credentials/{uuid4()}").status_code == 404


def test_a_boost_is_made_changed_brought_live_and_then_stays(program: Program) -> None:
    def call(method: str, path: str = "", **body: Any) -> Any:
        return getattr(program, method)(f"/api/credentials/boosts{path}", body, content_type="application/json")

    made = call("post", name="Diving", category="Course")
    path = f"/{made.json()['id']}"

    assert (made.status_code, made.json()["state"]) == (201, "draft")
    assert call("patch", path, description="Down to 18 m").json()["description"] == "Down to 18 m"
    assert call("patch", path, state="live").json()["state"] == "live"
    assert call("patch", path, name="Flying").status_code == 400
    assert call("delete", path).status_code == 400
    assert [each["name"] for each in call("get").json()] == ["Diving"]
    link = call("post", f"{path}/claim-links", uses=2)
    assert (link.status_code, link.json()["claimUrl"][:28]) == (201, "http://localhost:8000/claim/")
    draft = call("post", name="Gone").json()["id"]
    assert call("post", f"/{draft}/claim-links").status_code == 400
    assert call("delete", f"/{draft}").status_code == 204
    for bad in ({"name": " "}, {"name": "x" * 201}, {"name": "x", "category": "Nonsense"}, {}):
        assert call("post", **bad).status_code == 400


def test_someone_elses_boost_isnt_there(program: Program, holder: Profile) -> None:
    path = f"/api/credentials/boosts/{makers.boost(holder).pk}"

    for answer in (program.get(path), program.delete(path), program.patch(path, {}, content_type="application/json")):
        assert answer.status_code == 404


def test_the_file_has_a_line_an_activity_and_runs_no_formula(
    program: Program, issuer: Profile, holder: Profile
) -> None:
    nasty = makers.boost(issuer, '=HYPERLINK("x")')
    sent(issuer, nasty, "ada", activity_id="a1")
    sent(issuer, nasty, "x@example.com", activity_id="a2")

    answer = program.get("/api/activity/credentials/export.csv")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))

    assert [line["activity_id"] for line in lines] == ["a2", "a1"]
    assert {line["credential_name"] for line in lines} == {'\'=HYPERLINK("x")'}
    assert [(line["status"], line["delivery"], line["recipient"]) for line in lines] == [
        ("created", "email inbox", "x@example.com"),
        ("delivered", "profile", "ada"),
    ]
    assert program.get("/api/activity/credentials/export.csv", {"eventType": "x"}).status_code == 400
