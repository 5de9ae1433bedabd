"""The pages of issuers, holders, verifiers and staff."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from joserfc import jws
from joserfc.jwk import KeySet
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.credentials import standing
from apps.credentials.event_types import Standing
from apps.credentials.models import Boost, CredentialActivity, Issuance, Profile
from apps.credentials.refusals import NotFound
from tests.conftest import SignedIn
from tests.credentials import makers
from tests.credentials.makers import chain, event_count, sent
from tests.credentials.test_claiming import link_to, token_of

pytestmark = pytest.mark.django_db

HOME = "/credentials/"


def fragment(browser: Client, url: str, target: str) -> str:
    return browser.get(url, headers={"hx-request": "true", "hx-target": target}).content.decode()


def test_someone_new_opens_a_profile_first(owner: User) -> None:
    browser = SignedIn(owner)

    assert "Open the profile" in browser.get(HOME).content.decode()
    assert browser.post("/credentials/profile/", {"display_name": "A", "handle": "Not A Handle"}).status_code == 422
    browser.post("/credentials/profile/", {"display_name": "The Academy", "handle": "academy"})

    assert "Nothing issued yet" in browser.get(HOME).content.decode()
    assert owner.credential_profile.signing_keys.count() == 1


def test_the_dashboard_tells_the_figures_and_lists_each_activity_once(
    owner: User, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    email = makers.verify_email(holder.user)
    sent(issuer, boost, email)
    sent(issuer, boost, "x@example.com")

    page = SignedIn(owner).get(HOME).content.decode()

    assert page.count('class="row ') == 2
    assert "Ada L." in page
    assert "x@example.com" in page
    assert "3 events in all" in page


def test_filters_stand_in_the_address(owner: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    other = makers.boost(issuer, "Diving")
    sent(issuer, boost, "ada")
    sent(issuer, other, "x@example.com")
    browser = SignedIn(owner)

    for query, shown in (
        ({"status": "CREATED"}, ["x@example.com"]),
        ({"boost": str(boost.pk)}, ["Ada L."]),
        ({"recipient": "X@example.com"}, ["x@example.com"]),
        ({"recipient": "ada"}, ["Ada L."]),
        ({"last": "2020-01-01"}, []),
        ({"first": "2020-01-01"}, ["Ada L.", "x@example.com"]),
    ):
        listed = browser.get(HOME, query).content.decode().partition('class="activities"')[2]
        assert [each for each in ("Ada L.", "x@example.com") if each in listed] == shown, query
    page = browser.get(HOME, {"status": "nonsense", "first": "x", "cursor": "y"}).content.decode()
    assert page.count("callout warning") == 3


def test_more_is_loaded_where_the_list_ended(owner: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    for _ in range(26):
        sent(issuer, boost, "ada")
    browser = SignedIn(owner)

    first = browser.get(HOME)
    address = first.context["next_url"]

    assert fragment(browser, address, "more").count('class="row ') == 1
    assert "<html" not in fragment(browser, address, "more")
    assert "<html" not in fragment(browser, HOME, "timeline")


def test_the_dashboard_asks_the_same_however_much_there_is(
    owner: User, issuer: Profile, boost: Boost, holder: Profile, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = SignedIn(owner)
    for number in range(5):
        sent(issuer, boost, "ada")
        sent(issuer, boost, f"x{number}@example.com")

    # session, user, profile; figures, days; times, events, boosts, recipients, standings; the two filters' choices
    with django_assert_max_num_queries(12):
        browser.get(HOME)


def test_the_drawer_tells_the_chain_and_its_ids(owner: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    email = makers.verify_email(holder.user)
    sent(issuer, boost, email, activity_id="a1")
    browser = SignedIn(owner)

    drawer = fragment(browser, "/credentials/activity/a1/", "drawer")

    assert "Put into the inbox of" in drawer
    assert "Delivered to Ada L." in drawer
    assert "lc:network:localhost:8000/trpc:credential:" in drawer
    assert "<html" in browser.get("/credentials/activity/a1/").content.decode()


def test_the_issuer_suspends_reactivates_and_revokes(
    owner: User, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    issuance = sent(issuer, boost, "ada", activity_id="a1").issuance
    browser = SignedIn(owner)

    def now_after(word: str) -> str:
        browser.post("/credentials/activity/a1/standing/", {"word": word})
        issuance.refresh_from_db()
        return issuance.standing

    assert now_after("suspend") == Standing.SUSPENDED
    assert now_after("reactivate") == Standing.ACTIVE
    assert now_after("revoke") == now_after("reactivate") == Standing.REVOKED
    page = browser.get("/credentials/activity/a1/").content.decode()
    assert "stays revoked" in page
    assert 'value="suspend"' not in page


def test_a_stranger_sees_and_changes_nothing(stranger: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    sent(issuer, boost, "ada", activity_id="a1")
    browser = SignedIn(stranger)

    for path in ("activity/a1/", f"boosts/{boost.pk}/", "activity/nothing/", f"boosts/{uuid4()}/"):
        assert browser.get(HOME + path).status_code == 404
    assert browser.post(f"{HOME}activity/a1/standing/", {"word": "revoke"}).status_code == 404
    assert browser.post(f"{HOME}boosts/{boost.pk}/issue/", {"recipient": "ada"}).status_code == 404
    assert Issuance.objects.get().standing == Standing.ACTIVE


def test_the_file_holds_what_is_filtered(owner: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    sent(issuer, boost, "ada")
    sent(issuer, boost, "x@example.com")
    browser = SignedIn(owner)

    answer = browser.get(f"{HOME}export.csv", {"status": "CREATED"})
    (line,) = csv.DictReader(io.StringIO(answer.getvalue().decode()))

    assert (line["recipient"], line["status"], line["source"]) == ("x@example.com", "created", "sendBoost")
    assert browser.get(f"{HOME}export.csv", {"status": "nonsense"}).status_code == 400


def test_a_boost_goes_from_draft_to_issued(owner: User, issuer: Profile, holder: Profile) -> None:
    browser = SignedIn(owner)
    content = {"name": "Diving", "category": "Course", "description": "Down to 18 m", "criteria": ""}
    path = browser.post(f"{HOME}boosts/", content)["Location"]

    browser.post(path, content | {"description": "Down to 30 m"})
    assert "30 m" in browser.get(path).content.decode()
    assert browser.post(f"{path}issue/", {"recipient": "ada"}).status_code == 422
    assert event_count() == 0
    browser.post(f"{path}publish/")
    browser.post(path, content | {"description": "Down to 60 m"})
    assert "60 m" not in browser.get(path).content.decode()
    wrong = browser.post(f"{path}issue/", {"recipient": "nobody-here"})
    assert (wrong.status_code, "There is no such recipient" in wrong.content.decode()) == (422, True)
    done = browser.post(f"{path}issue/", {"recipient": "ada"}, follow=True)
    assert "Issued." in done.content.decode()
    assert event_count() == 1


def test_a_claim_link_is_shown_once_and_can_be_revoked(
    owner: User, stranger: User, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    browser, path = SignedIn(owner), f"{HOME}boosts/{boost.pk}/"

    made = browser.post(f"{path}links/", {"days": "7", "uses": ""})
    url = made.context["claim_url"]

    assert url in made.content.decode()
    assert url not in browser.get(path).content.decode()
    claim_path = url.removeprefix("http://localhost:8000")
    assert "The Academy" in Client().get(claim_path).content.decode()
    SignedIn(stranger).post(claim_path)
    assert [chain(each) for each in Issuance.objects.all()] == [["DELIVERED", "CLAIMED"]]
    browser.post(f"{path}links/{boost.claim_links.get().pk}/revoke/")
    assert "has revoked this" in Client().get(claim_path).content.decode()


def test_integrations_are_added_and_removed_while_unused(
    owner: User, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    browser = SignedIn(owner)
    for name in ("LMS", "LMS", "Portal"):
        browser.post(f"{HOME}integrations/", {"name": name})
    lms, portal = issuer.integrations.by_name()
    sent(issuer, boost, "ada", integration_id=lms.pk)

    for each in (lms, portal):
        browser.post(f"{HOME}integrations/{each.pk}/remove/")

    assert list(issuer.integrations.all()) == [lms]


def test_whoever_follows_a_claim_link_signs_in_and_claims(issuer: Profile, boost: Boost, teammate: User) -> None:
    secret = token_of(sent(issuer, boost, "x@example.com").inbox)
    path = f"/claim/{secret}/"

    outside = Client().get(path)
    assert f"?next={path}" in outside.content.decode()
    assert outside["X-Robots-Tag"] == "noindex"
    assert Client().post(path).status_code == 200
    assert event_count() == 1
    browser = SignedIn(teammate)
    assert browser.post(path).status_code == 422
    claimed = browser.post(path, {"name": "Grace Hopper"}, follow=True)
    assert "yours." in claimed.content.decode()
    assert teammate.credential_profile.handle.startswith("grace-hopper-")
    assert "claimed already" in Client().get(path).content.decode()


@pytest.mark.parametrize("end", ["expired", "revoked", "suspended"])
def test_a_claim_page_says_why_nothing_is_left(
    issuer: Profile, boost: Boost, stranger: User, holder: Profile, end: str
) -> None:
    issued = sent(issuer, boost, "x@example.com", lifetime=timedelta(days=-1 if end == "expired" else 1))
    if end != "expired":
        {"revoked": standing.revoke, "suspended": standing.suspend}[end](issued.issuance)
    path = f"/claim/{token_of(issued.inbox)}/"

    assert f"{end}" in Client().get(path).content.decode()
    assert SignedIn(stranger).post(path).status_code == 400
    assert event_count() == 1


@pytest.mark.usefixtures("one_moment")
def test_guessing_at_claim_pages_is_slowed_down(boost: Boost) -> None:
    cache.clear()
    answers = [Client().get(f"/claim/guess-{n}/").status_code for n in range(22)]

    assert answers == [404] * 20 + [429] * 2
    assert Client().get(f"/claim/{link_to(boost)}/").status_code == 200


def test_a_holder_sees_accepts_and_takes_home_what_is_theirs(
    stranger: User, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    credential = sent(issuer, boost, "ada").credential
    waiting = sent(issuer, makers.boost(issuer, "Diving"), stranger.email).inbox
    makers.verify_email(stranger)
    assert credential
    assert waiting
    browser = SignedIn(stranger)

    page = browser.get("/credentials/received/").content.decode()
    assert "First aid" in page
    assert "Diving" in page
    assert "yours." in browser.post(f"/credentials/received/{credential.pk}/accept/", follow=True).content.decode()
    browser.post(f"/credentials/inbox/{waiting.pk}/take/")
    assert CredentialActivity.objects.filter(event_type="CLAIMED").count() == 2
    file = browser.get(f"/credentials/received/{credential.pk}/download/")
    assert file["Content-Disposition"].startswith("attachment")
    assert json.loads(file.content)["credential"] == credential.document


def test_others_credentials_cant_be_taken(owner: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    credential = sent(issuer, boost, "ada").credential
    waiting = sent(issuer, boost, "x@example.com").inbox
    assert credential
    assert waiting
    browser = SignedIn(owner)

    for path in (f"received/{credential.pk}/accept/", f"inbox/{waiting.pk}/take/"):
        assert browser.post(HOME + path).status_code == 404
    assert browser.get(f"{HOME}received/{credential.pk}/download/").status_code == 404


def test_a_verifier_checks_with_the_published_keys(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "ada")
    assert issued.credential

    keys = Client().get("/.well-known/credentials/academy/jwks.json")
    did = Client().get("/issuers/academy/did.json").json()
    checked = jws.deserialize_compact(
        issued.credential.signed, lambda _: KeySet.import_key_set(keys.json()).keys[0], algorithms=["Ed25519"]
    )

    assert json.loads(checked.payload) == issued.credential.document
    assert keys["Access-Control-Allow-Origin"] == "*"
    assert did["id"] == issued.credential.document["issuer"]["id"]
    assert checked.headers()["kid"] in did["assertionMethod"]
    assert set(keys.json()["keys"][0]) == {"kty", "crv", "x", "kid", "alg", "use"}
    assert Client().get("/issuers/nobody/did.json").status_code == 404


def test_the_verification_page_says_whether_it_stands(issuer: Profile, boost: Boost, holder: Profile) -> None:
    issued = sent(issuer, boost, "ada")
    assert issued.credential
    path = f"/credentials/verify/{issued.credential.pk}/"

    assert "Valid." in Client().get(path).content.decode()
    standing.revoke(issued.issuance)
    assert "Revoked." in Client().get(path).content.decode()
    assert Client().get(f"/credentials/verify/{uuid4()}/").status_code == 404


def test_staff_see_all_issuers_activity(teammate: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    teammate.user_permissions.add(Permission.objects.get(codename="view_credentialactivity"))
    sent(issuer, boost, "ada", activity_id="a1")
    sent(holder, makers.boost(holder), "academy", activity_id="b1")
    browser = SignedIn(teammate)

    assert browser.get("/admin/credentials/").content.decode().count('class="row ') == 2
    assert browser.get("/admin/credentials/", {"issuer": "ada"}).content.decode().count('class="row ') == 1
    page = browser.get("/admin/credentials/", {"issuer": "nobody", "cursor": "x"}).content.decode()
    assert page.count("callout warning") == 2
    assert "Credentials" in browser.get("/admin/").content.decode()
    drawer = fragment(browser, "/admin/credentials/academy/a1/", "drawer")
    assert "Delivered to Ada L." in drawer
    assert 'value="revoke"' not in drawer


def test_a_list_of_everyones_goes_on_by_page(teammate: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    teammate.user_permissions.add(Permission.objects.get(codename="view_credentialactivity"))
    for _ in range(51):
        sent(issuer, boost, "ada")
    browser = SignedIn(teammate)

    address = browser.get("/admin/credentials/").context["next_url"]

    assert fragment(browser, address, "more").count('class="row ') == 1


def test_a_received_list_goes_on_by_page(stranger: User, issuer: Profile, boost: Boost, holder: Profile) -> None:
    for _ in range(26):
        sent(issuer, boost, "ada", now=timezone.now())
    browser = SignedIn(stranger)
    page = browser.get("/credentials/received/").context["page"]

    assert len(page.rows) == 25
    older = browser.get("/credentials/received/", {"before": page.next_before}).context["page"]
    assert (len(older.rows), older.next_before) == (1, None)
    for bad in ("x", "-1", "٣", "9" * 40):
        assert browser.get("/credentials/received/", {"before": bad}).status_code == 200


def test_a_holder_blocks_an_issuer_and_takes_it_back(
    owner: User, issuer: Profile, boost: Boost, holder: Profile
) -> None:
    sent(issuer, boost, "ada")
    browser, address = SignedIn(holder.user), "/credentials/issuers/academy/block/"

    page = browser.post(address, {"act": "block"}, follow=True).content.decode()
    assert "You receive nothing more from The Academy." in page
    with pytest.raises(NotFound):
        sent(issuer, boost, "ada")

    page = browser.post(address, {"act": "unblock"}, follow=True).content.decode()
    assert "You receive from The Academy again." in page
    assert sent(issuer, boost, "ada").credential
    assert browser.post("/credentials/issuers/nobody/block/").status_code == 404
