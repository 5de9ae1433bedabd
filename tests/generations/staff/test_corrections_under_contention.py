"""A form that is sent many times at the same moment corrects once."""

import pytest
from django.utils import timezone

from apps.accounts.models import PeriodReset, User
from apps.credits import ledger
from apps.generations.staff import corrections
from apps.generations.staff.corrections import AlreadyReset
from tests.factories import UserFactory, on_plan
from tests.generations.staff.past import ADJUST, VIEW, staff_with
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")

KEY = "6a8f3d0e-53b5-4a0c-9c2b-3f1f4a1b7f10"


def test_one_period_is_reset_once_however_many_ask() -> None:
    owner, admin = on_plan(UserFactory.create()), UserFactory.create(is_staff=True)
    User.objects.filter(pk=owner.pk).update(current_period_count=9, last_reset_date=timezone.now())
    owner.refresh_from_db()
    began = corrections.beginning_of_period(owner)

    outcomes = at_once(6, lambda _: corrections.reset(user=owner, by=admin, reason="Once", began=began))

    assert [reset.count_before for reset in outcomes.answers] == [9]
    assert outcomes.kinds_of_error == {AlreadyReset}
    assert PeriodReset.objects.filter(user=owner).count() == 1


def test_one_adjustment_moves_credits_once_however_many_send_it() -> None:
    owner, browser = UserFactory.create(), staff_with(VIEW, ADJUST)
    form = {"amount": 40, "reason": "Once", "key": KEY}

    outcomes = at_once(6, lambda _: browser.post(f"/admin/users/{owner.public_id}/adjust/", form).status_code)

    assert outcomes.answers == [302] * 6
    assert ledger.balance_of(owner.pk) == 40
