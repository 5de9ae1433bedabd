"""The cast of these tests: an issuer with a live boost, and a holder."""

import pytest

from apps.accounts.models import User
from apps.credentials.models import Boost, Profile
from tests.credentials import makers


@pytest.fixture
def issuer(owner: User) -> Profile:
    """Who issues: the owner."""
    return makers.profile("academy", user=owner, name="The Academy")


@pytest.fixture
def boost(issuer: Profile) -> Boost:
    return makers.boost(issuer)


@pytest.fixture
def holder(stranger: User) -> Profile:
    """Who receives."""
    return makers.profile("ada", user=stranger, name="Ada L.")
