"""Hostile input on every parameter of every address: never a crash, nothing reflected, nobody led away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tests.addresses import names_of_ours
from tests.security.asking import requests
from tests.security.examples import tried
from tests.security.harm import assert_harmless
from tests.security.words import names_of
from tests.stage import WHO, Stage, taken_back

NAMES = [name for name in names_of_ours() if name != "metrics"]
APP_OF = {"staff": "orders", "shop": "orders", "api": "generations", "network": "credentials"}
OTHER_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.mark.parametrize("name", NAMES)
@tried(times=5)
@given(data=st.data())
def test_whatever_is_sent_nothing_breaks_and_nothing_comes_back_as_it_was(
    name: str, data: DataObject, stage: Stage
) -> None:
    url = data.draw(st.sampled_from(stage.addresses[name]))
    app = APP_OF.get(name.partition(":")[0], name.partition(":")[0] if ":" in name else "common")
    methods = ["GET", "POST"] if data.draw(st.integers(0, 9)) else OTHER_METHODS
    asked = data.draw(requests(url, names_of(app), methods=methods))
    # Mostly those who get in, because there is more to be broken inside.
    at_home = "admin" if name.startswith("staff:") else "owner"
    who = at_home if data.draw(st.integers(0, 3)) else data.draw(st.sampled_from(WHO))

    with taken_back():
        answer = asked.sent_by(stage.browser(who))

    assert_harmless(answer, asked)
