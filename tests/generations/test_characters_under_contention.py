"""Many forms with one name at once."""

import pytest

from apps.generations import characters
from apps.generations.characters import NameTaken
from apps.generations.models import Character
from tests.factories import UserFactory
from tests.threads import at_once


@pytest.mark.usefixtures("committed")
def test_a_name_is_given_once() -> None:
    owner = UserFactory.create()

    outcomes = at_once(8, lambda _: characters.save(Character(user=owner, name="Luna")))

    assert len(outcomes.answers) == owner.characters.count() == 1
    assert outcomes.kinds_of_error == {NameTaken}
