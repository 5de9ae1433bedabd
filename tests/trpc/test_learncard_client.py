"""LearnCard's published client works unchanged: its list, figures, chains, standings, batches and errors."""

import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from apps.accounts.scopes import Scope
from apps.credentials import standing
from apps.credentials.claiming import accept
from apps.credentials.models import Profile
from tests import running
from tests.conftest import empty_database
from tests.credentials import makers
from tests.factories import UserFactory, issued
from tests.trpc.conftest import HERE, Client, Spoken

PACKAGE = "@learncard/network-brain-client@2.5.51"


@dataclass(frozen=True)
class LearnCard:
    """The published client, speaking to a running server; the tokens of an issuer and of others."""

    folder: Path
    url: str
    tokens: dict[str, str]

    def calls(self, *calls: tuple[str, Any], who: str = "issuer") -> Spoken:
        asked = {"url": self.url, "token": self.tokens[who], "calls": calls}
        command = ["node", "learncard.mjs"]
        process = subprocess.run(
            command, cwd=self.folder, input=json.dumps(asked), capture_output=True, text=True, timeout=120
        )
        assert process.returncode == 0, process.stderr
        return Spoken(**json.loads(process.stdout))

    def call(self, path: str, asked: Any = None, *, who: str = "issuer") -> Any:
        """The data of one call that succeeds."""
        (result,) = self.calls((path, asked), who=who).results
        assert "data" in result, result
        return result["data"]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as it is published; its bundled module needs none of its dependencies."""
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        pytest.skip("no node and npm found: install Debian's packages nodejs and npm")
    folder = tmp_path_factory.mktemp("learncard")
    packed = subprocess.run([npm, "pack", PACKAGE], cwd=folder, capture_output=True, text=True, timeout=300)
    if packed.returncode:
        pytest.skip(f"npm could not fetch LearnCard's client: {packed.stderr.strip()[-200:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    shutil.copy(HERE / "learncard.mjs", folder)
    return folder


@pytest.fixture(scope="module")
def learncard(
    unpacked: Path,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LearnCard]:
    """An issuer with seven events: three delivered, of which two claimed and one revoked; two in inboxes."""
    with django_db_blocker.unblock():
        issuer, holder = makers.profile("academy"), makers.profile("ada", name="Ada L.")
        fill(issuer, holder)
        nobody = UserFactory.create()
        tokens = {
            "issuer": issued(issuer.user).secret,
            "holder": issued(holder.user).secret,
            "without scope": issued(issuer.user, Scope.CREDITS_READ).secret,
            "without profile": issued(nobody).secret,
            "forged": "act_forged",
        }
        log = tmp_path_factory.mktemp("web") / "web.log"
        with running.web(log, running.environment()) as address:
            yield LearnCard(unpacked, f"{address}/trpc", tokens)
        empty_database()


def fill(issuer: Profile, holder: Profile) -> None:
    boost = makers.boost(issuer)
    for number in range(3):
        credential = makers.sent(issuer, boost, "ada", activity_id=f"a{number}").credential
        assert credential
        if number < 2:
            accept(profile=holder, credential_id=credential.pk)
    standing.revoke(issuer.issuances.get(activity_id="a1"))
    for number in range(2):
        makers.sent(issuer, boost, f"x{number}@example.com")


def test_the_list_is_walked_by_its_cursor(learncard: LearnCard) -> None:
    whole = learncard.call("activity.getMyActivities", {})

    assert len(whole["records"]) == 7
    assert whole["hasMore"] is False
    assert "cursor" not in whole
    first = learncard.call("activity.getMyActivities", {"limit": 4})
    rest = learncard.call("activity.getMyActivities", {"limit": 4, "cursor": first["cursor"]})
    assert first["hasMore"] is True
    assert first["records"] + rest["records"] == whole["records"]


def test_filters_and_grouping_reach_the_server(learncard: LearnCard) -> None:
    def types(**asked: Any) -> list[str]:
        return [record["eventType"] for record in learncard.call("activity.getMyActivities", asked)["records"]]

    assert types(eventType="CLAIMED") == ["CLAIMED", "CLAIMED"]
    assert types(groupByLatestStatus=True) == ["CREATED", "CREATED", "DELIVERED", "CLAIMED", "CLAIMED"]
    assert len(types(groupByLatestStatus=False)) == 7
    assert types(endDate="2020-01-01T00:00:00.000Z") == []
    uri = learncard.call("activity.getMyActivities", {"limit": 1})["records"][0]["boostUri"]
    assert len(types(boostUri=uri)) == 7


def test_the_figures(learncard: LearnCard) -> None:
    stats = learncard.call("activity.getActivityStats", {})

    counts = ("total", "created", "delivered", "claimed", "expired", "failed", "claimRate", "revoked", "totalEvents")
    assert [stats[name] for name in counts] == [5, 2, 1, 2, 0, 0, 40.0, 1, 7]
    assert learncard.call("activity.getActivityStats", {"eventType": "CREATED"})["total"] == 2


def test_one_activity_and_its_chain(learncard: LearnCard) -> None:
    chain = learncard.call("activity.getActivityChain", {"activityId": "a0"})

    assert [record["eventType"] for record in chain] == ["DELIVERED", "CLAIMED"]
    assert chain[-1]["recipientProfile"] == {"profileId": "ada", "displayName": "Ada L."}
    assert learncard.call("activity.getActivity", {"activityId": "a0"}) == chain[-1]
    for unknown in ("nothing", "a0"):
        assert learncard.call("activity.getActivity", {"activityId": unknown}, who="holder") is None
        assert learncard.call("activity.getActivityChain", {"activityId": unknown}, who="holder") == []


def test_a_holder_asks_what_still_holds(learncard: LearnCard) -> None:
    records = learncard.call("activity.getMyActivities", {"eventType": "CLAIMED"})["records"]
    uris = [record["credentialUri"] for record in records]

    asked = {"uris": [*uris, "nonsense"]}
    statuses = learncard.call("activity.getMyCredentialLifecycleStatuses", asked, who="holder")

    assert statuses == dict(zip(uris, ["revoked", "active"], strict=True))


def test_ones_own_profile(learncard: LearnCard) -> None:
    profile = learncard.call("profile.getProfile")

    assert (profile["profileId"], profile["displayName"]) == ("academy", "Academy")
    assert profile["did"].startswith("did:web:")


def test_calls_made_together_are_one_request_and_fail_apart(learncard: LearnCard) -> None:
    spoken = learncard.calls(
        ("activity.getActivityStats", {}),
        ("activity.getMyActivities", {"limit": 0}),
        ("activity.getMyActivities", {"startDate": "2026-01-01"}),
        ("activity.getMyActivities", {"boostUri": "everything"}),
        ("activity.getMyCredentialLifecycleStatuses", {"uris": ["x"] * 101}),
        ("activity.nothing", {}),
    )

    assert spoken.requests == [{"method": "POST", "status": 207}]
    fine, *bad, unknown = spoken.results
    assert fine["data"]["total"] == 5
    assert {each["error"]["data"]["code"] for each in bad} == {"BAD_REQUEST"}
    assert {each["error"]["shape"]["code"] for each in bad} == {-32600}
    assert unknown["error"]["data"]["httpStatus"] == 404


@pytest.mark.parametrize(
    ("who", "code", "number"),
    [
        ("forged", "UNAUTHORIZED", -32001),
        ("without scope", "UNAUTHORIZED", -32001),
        ("without profile", "NOT_FOUND", -32004),
    ],
)
def test_who_may_not_is_told_so(learncard: LearnCard, who: str, code: str, number: int) -> None:
    (result,) = learncard.calls(("activity.getMyActivities", {}), who=who).results

    assert result["error"]["data"]["code"] == code
    assert result["error"]["shape"]["code"] == number


@pytest.mark.parametrize("way", [{}, {"batch": True}, {"batch": True, "post": True}])
def test_trpcs_own_client_reads_the_same(learncard: LearnCard, installed: Path, way: dict[str, bool]) -> None:
    client = Client(installed, learncard.url, learncard.tokens["issuer"])

    page, chain = client.calls(
        ("activity.getMyActivities", {"limit": 2}), ("activity.getActivityChain", {"activityId": "a0"}), **way
    ).results

    assert page["data"] == learncard.call("activity.getMyActivities", {"limit": 2})
    assert chain["data"] == learncard.call("activity.getActivityChain", {"activityId": "a0"})
