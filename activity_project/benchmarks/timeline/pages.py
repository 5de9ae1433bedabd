"""The pages that the timeline's page is compared with: nothing, the least that could be, and the ordinary way."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import escape

from apps.accounts.requests import UserRequest
from apps.activity.forms import FilterQuery
from apps.activity.items import TimelineRow
from apps.activity.timeline import DEFAULT_LIMIT, Timeline
from apps.activity.views import timeline
from apps.common.access import owner
from apps.common.sql import fetch_prepared
from apps.credits.models import CreditTransaction
from apps.generations.models import GenerationJob


@owner
def hello(request: UserRequest) -> HttpResponse:
    """The floor of every page: middleware, session and user."""
    return HttpResponse("hello")


@owner
def by_hand(request: UserRequest) -> HttpResponse:
    """The practical limit: one statement, strings put together by hand, the rest of the page kept ready."""
    rows = fetch_prepared(*Timeline(user_id=request.user.pk, now=timezone.now()).question())
    before, after = _shell(request.user.pk, request)
    lines = (_line(TimelineRow(*row[5:])) for row in rows[:DEFAULT_LIMIT])
    return HttpResponse(f"{before}{''.join(lines)}{after}")


@owner
def ordinary(request: UserRequest) -> HttpResponse:
    """The way of the tutorials: model instances, and a template that asks, formats and reverses for every row."""
    user = request.user
    jobs = user.generation_jobs.select_related("character").order_by("-occurred_at", "-id")[:DEFAULT_LIMIT]
    movements = user.credit_transactions.order_by("-created_at", "-id")[:DEFAULT_LIMIT]
    things: list[GenerationJob | CreditTransaction] = [*jobs, *movements]
    moments = [(_moment(thing), thing) for thing in things]
    items = sorted(moments, key=lambda item: (item[0], item[1].pk), reverse=True)[:DEFAULT_LIMIT]
    linked = _by_job(user.credit_transactions.filter(reference_id__in=[job.pk for job in jobs]))
    rows = [(moment, thing, linked.get(thing.pk, [])) for moment, thing in items]
    context = {"items": rows, "filters": FilterQuery(request.GET, user).form}
    return render(request, "benchmarks/ordinary.html", context)


def _moment(thing: GenerationJob | CreditTransaction) -> datetime:
    return thing.created_at if isinstance(thing, CreditTransaction) else thing.occurred_at


def _by_job(movements: Iterable[CreditTransaction]) -> dict[Any, list[CreditTransaction]]:
    by_job: dict[Any, list[CreditTransaction]] = {}
    for movement in movements:
        by_job.setdefault(movement.reference_id, []).append(movement)
    return by_job


_shells: dict[int, tuple[str, str]] = {}


def _shell(user_id: int, request: UserRequest) -> tuple[str, str]:
    """What surrounds the rows on the product's own page."""
    if user_id not in _shells:
        page = timeline(request).content.decode()
        _shells[user_id] = page[: page.index("<li class")], page[page.rindex("</ol>") :]
    return _shells[user_id]


def _line(row: TimelineRow) -> str:
    url = f"/activity/{'generation_job' if row.is_job else 'credit_transaction'}/{row.id}/"
    amount = row.amount if row.amount is not None else (row.charge_amount or 0) + (row.refund_amount or 0)
    whom = f" for {escape(row.character_name)}" if row.character_name else ""
    return (
        f'<li class="row {row.kind}"><svg class="icon" aria-hidden="true"><use href="#icon-{row.kind}"/></svg>'
        f'<a id="item-{row.id}" href="{url}" hx-get="{url}" hx-target="#drawer" hx-push-url="true">'
        f"{row.image_count} images ({row.quality}){whom}</a>"
        f'<p><time datetime="{row.occurred_at:%Y-%m-%dT%H:%M:%S}" title="{row.occurred_at:%d %B %Y, %H:%M:%S}">'
        f"{row.occurred_at:%H:%M}</time> · {row.status} · {row.aspect_ratio}</p>"
        f'<p class="sum">{amount} credits<small>Balance {row.balance_after}</small></p></li>'
    )
