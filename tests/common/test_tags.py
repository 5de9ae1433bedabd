"""Filters and tags that put words and addresses into templates."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Engine
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from apps.common.paths import path_to

ENGINE = Engine(builtins=["apps.common.templatetags.activity"])


def rendered(source: str, **context: object) -> str:
    return ENGINE.from_string(source).render(Context(context))


def test_credits_in_a_template() -> None:
    assert rendered("{{ n|signed_credits }} {{ n|credits }} {{ n|grouped }}", n=1234) == "+1,234 1,234 credits 1,234"


def test_money_in_a_template() -> None:
    assert rendered("{{ price|money:code }}", price=1200, code="GBP") == "£12.00"


def test_a_local_time_says_how_long_ago_and_keeps_the_exact_moment() -> None:
    moment = timezone.now() - timedelta(hours=2, minutes=1)
    markup = rendered("{% local_time moment %}", moment=moment)
    assert f'datetime="{moment.isoformat()}"' in markup
    assert markup.endswith(">2 hours ago</time>")


def test_a_local_date_is_in_the_readers_zone() -> None:
    with timezone.override("Pacific/Auckland"):
        markup = rendered("{% local_date moment %}", moment=datetime(2026, 11, 21, 23, tzinfo=UTC))
    assert 'title="22 November 2026, 12:00:00 NZDT"' in markup
    assert markup.endswith(">22 November 2026</time>")


def test_no_moment_says_nothing() -> None:
    assert rendered("{% local_time moment %}{% local_date moment %}", moment=None) == ""


def test_a_path_is_that_of_the_url_map() -> None:
    assert rendered("{% path_to 'account_login' %}") == reverse("account_login")


def test_a_path_to_no_page_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        path_to("no-such-page")
