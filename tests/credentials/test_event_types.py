"""The taxonomy is whole: every event has its words, and follows something."""

from apps.common.icons import icon
from apps.credentials.event_types import EVENT_KINDS, STANDING_TONES, EventType, Standing


def test_every_event_has_a_sentence_and_an_icon() -> None:
    assert set(EVENT_KINDS) == set(EventType)
    for kind in EVENT_KINDS.values():
        assert str(kind.sentence) % {"recipient": "Ada"}
        assert icon(kind.icon)
        assert kind.follows


def test_every_standing_has_its_colour() -> None:
    assert set(STANDING_TONES) == set(Standing)
