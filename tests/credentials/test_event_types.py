"""The taxonomy is whole: every event has its words, and follows something."""

import pytest

from apps.common.icons import icon
from apps.credentials.event_types import EVENT_KINDS, EventType, Standing, status_of


def test_every_event_has_a_sentence_and_an_icon() -> None:
    assert set(EVENT_KINDS) == set(EventType)
    for kind in EVENT_KINDS.values():
        assert str(kind.sentence) % {"recipient": "Ada"}
        assert icon(kind.icon)
        assert kind.follows


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("event_type", EventType)
def test_whatever_stands_somewhere_has_a_word_a_colour_and_an_icon(standing: Standing, event_type: EventType) -> None:
    status = status_of(standing, event_type)

    assert all(status)
    assert icon(status.icon)
    assert status.label == (event_type if standing == Standing.ACTIVE else standing).label
