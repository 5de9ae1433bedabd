"""Many at once: one event, one credential, and everybody is told the truth."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.credentials import standing
from apps.credentials.claiming import Claimed, accept, follow
from apps.credentials.expiry import expire_overdue
from apps.credentials.issuing import Sent
from apps.credentials.models import Credential, CredentialActivity
from apps.credentials.refusals import Refused
from tests.credentials import makers
from tests.credentials.makers import chain, sent
from tests.credentials.test_claiming import link_to, token_of
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

THREADS = 8


def test_many_accepts_are_one_claim() -> None:
    issuer, holder = makers.profile("academy"), makers.profile("ada")
    issued = sent(issuer, makers.boost(issuer), "ada")
    assert issued.credential
    credential_id = issued.credential.pk

    outcomes = at_once(THREADS, lambda _n: accept(profile=holder, credential_id=credential_id))

    assert not outcomes.errors
    assert sorted(claimed.is_new for claimed in outcomes.answers) == [False] * (THREADS - 1) + [True]
    assert chain(issued.issuance) == ["DELIVERED", "CLAIMED"]


def test_many_claims_of_one_token_by_one_profile_are_one_credential() -> None:
    issuer, holder = makers.profile("academy"), makers.profile("ada")
    issued = sent(issuer, makers.boost(issuer), "x@example.com")
    secret = token_of(issued.inbox)

    outcomes = at_once(THREADS, lambda _n: follow(profile=holder, secret=secret, now=timezone.now()))

    assert not outcomes.errors
    assert len({claimed.credential.pk for claimed in outcomes.answers}) == Credential.objects.count() == 1
    assert chain(issued.issuance) == ["CREATED", "CLAIMED"]


def test_of_many_who_claim_one_token_one_gets_it_and_the_others_hear_so() -> None:
    issuer = makers.profile("academy")
    people = [makers.profile(f"person-{n}") for n in range(THREADS)]
    issued = sent(issuer, makers.boost(issuer), "x@example.com")
    secret = token_of(issued.inbox)

    outcomes = at_once(THREADS, lambda n: follow(profile=people[n], secret=secret, now=timezone.now()))

    assert len(outcomes.answers) == 1
    assert outcomes.kinds_of_error == {Refused}
    assert {str(error) for error in outcomes.errors} == {"This was claimed already."}
    assert chain(issued.issuance) == ["CREATED", "CLAIMED"]


def test_a_claim_link_of_three_uses_gives_three() -> None:
    issuer = makers.profile("academy")
    people = [makers.profile(f"person-{n}") for n in range(THREADS)]
    secret = link_to(makers.boost(issuer), uses_left=3)

    outcomes = at_once(THREADS, lambda n: follow(profile=people[n], secret=secret, now=timezone.now()))

    assert len(outcomes.answers) == Credential.objects.count() == 3
    assert outcomes.kinds_of_error == {Refused}
    assert CredentialActivity.objects.count() == 6


def test_either_the_claim_or_the_revocation_comes_first_and_both_are_told() -> None:
    issuer, holder = makers.profile("academy"), makers.profile("ada")
    boost = makers.boost(issuer)
    for _ in range(5):
        issued = sent(issuer, boost, "ada")
        assert issued.credential
        credential_id = issued.credential.pk

        def act(number: int, issued: Sent = issued) -> Claimed | bool:
            if number % 2:
                return standing.revoke(issued.issuance)
            return accept(profile=holder, credential_id=credential_id)  # noqa: B023

        outcomes = at_once(4, act)

        assert outcomes.kinds_of_error <= {Refused}
        was_claimed = any(isinstance(answer, Claimed) for answer in outcomes.answers)
        assert chain(issued.issuance) == (["DELIVERED", "CLAIMED"] if was_claimed else ["DELIVERED"])


def test_claims_and_expiry_end_each_chain_once() -> None:
    issuer, holder = makers.profile("academy"), makers.profile("ada")
    boost = makers.boost(issuer)
    issued = [sent(issuer, boost, f"x{n}@example.com") for n in range(6)]
    secrets = [token_of(each.inbox) for each in issued]
    later = timezone.now() + timedelta(days=40)

    def act(number: int) -> int:
        if number < 3:
            return sum(expire_overdue(later))
        return int(follow(profile=holder, secret=secrets[number - 3], now=timezone.now()).is_new)

    outcomes = at_once(9, act)

    assert outcomes.kinds_of_error <= {Refused}
    assert sum(outcomes.answers) == 6
    assert all(len(chain(each.issuance)) == 2 for each in issued)


def test_an_issuers_times_rise_strictly_in_the_order_of_commits() -> None:
    issuer = makers.profile("academy")
    boost = makers.boost(issuer)
    makers.profile("ada")

    outcomes = at_once(THREADS, lambda _n: [sent(issuer, boost, "ada") for _ in range(5)])

    assert not outcomes.errors
    times = list(CredentialActivity.objects.oldest_first().values_list("timestamp", flat=True))
    assert len(set(times)) == THREADS * 5
    assert {chain(each.issuance)[0] for sents in outcomes.answers for each in sents} == {"DELIVERED"}


def test_one_activity_id_of_many_at_once_is_used_once() -> None:
    issuer = makers.profile("academy")
    boost = makers.boost(issuer)
    makers.profile("ada")

    outcomes = at_once(THREADS, lambda _n: sent(issuer, boost, "ada", activity_id="mine"))

    assert len(outcomes.answers) == 1
    assert outcomes.kinds_of_error == {Refused}
    assert CredentialActivity.objects.count() == Credential.objects.count() == 1


def test_no_two_credentials_share_a_place_in_the_status_lists() -> None:
    issuer = makers.profile("academy")
    boost = makers.boost(issuer)
    for number in range(THREADS):
        makers.profile(f"person-{number}")

    outcomes = at_once(THREADS, lambda number: sent(issuer, boost, f"person-{number}"))

    assert not outcomes.errors
    assert set(Credential.objects.values_list("place", flat=True)) == set(range(THREADS))
