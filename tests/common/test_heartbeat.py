"""Beat's heartbeat."""

import pytest
from django.conf import settings

from activity_project.celery import app
from apps.common import heartbeat
from apps.common.tasks import note_heartbeat

pytestmark = pytest.mark.django_db


def test_there_is_none_before_the_schedule_first_ran() -> None:
    assert heartbeat.age_s() is None


def test_the_schedule_writes_it_several_times_before_it_counts_as_old() -> None:
    entry = app.conf.beat_schedule["heartbeat"]

    note_heartbeat()

    assert heartbeat.age_s() == 0
    assert entry["task"] == note_heartbeat.name
    assert entry["schedule"] * 3 <= settings.READYZ_BEAT_SECONDS
