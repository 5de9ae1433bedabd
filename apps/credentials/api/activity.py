"""An issuer's activity over HTTP."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Query, Router

from apps.accounts.scopes import Scope
from apps.common.export import csv_file
from apps.common.replica import read
from apps.credentials.api.frame import NetworkRequest, ProfileToken
from apps.credentials.exports import COLUMNS, rows
from apps.credentials.feed import find_chain, list_activity
from apps.credentials.lifecycle import standings_of
from apps.credentials.records import page_of_records, record
from apps.credentials.schemas import ActivityWish, LifecycleWish, Record, RecordPage, StatsAnswer, StatsWish
from apps.credentials.stats import count_activity

router = Router(tags=["Activity"], by_alias=True, exclude_unset=True, auth=ProfileToken(Scope.ACTIVITY_READ))


@router.get("", response=RecordPage, summary="Get credential activities")
def get_activities(request: NetworkRequest, asked: Query[ActivityWish]) -> dict[str, Any]:
    """What was sent and what became of it, newest first."""
    page = read(
        lambda: list_activity(
            request.auth,
            asked.filters,
            limit=asked.limit,
            before=asked.cursor,
            after=asked.after,
            grouped=asked.group_by_latest_status,
        ),
        after=request.auth.user.written_position,
    )
    return page_of_records(page, request.auth)


@router.get("/stats", response=StatsAnswer, summary="Get credential activity stats")
def get_stats(request: NetworkRequest, asked: Query[StatsWish]) -> dict[str, Any]:
    """Each activity is counted once, under its latest event; the filters apply to that event."""
    written = request.auth.user.written_position
    return read(lambda: count_activity(request.auth, asked.filters), after=written).as_json()


@router.get("/export.csv", response=None, summary="Export credential activities")
def export_csv(request: NetworkRequest, asked: Query[StatsWish]) -> HttpResponseBase:
    """A line an activity, newest first, streamed; the filters apply to its latest event."""
    name = f"credentials-{request.auth.handle}-{timezone.now():%Y-%m-%d}"
    found = rows(request.auth, asked.filters, after=request.auth.user.written_position)
    return csv_file(found, header=COLUMNS, name=name)


@router.post("/lifecycle-statuses", response=dict[str, str], summary="Get the standing of credentials one holds")
def get_lifecycle_statuses(request: NetworkRequest, asked: LifecycleWish) -> dict[str, str]:
    """active, revoked or suspended for each URI that is the caller's own; others are left out."""
    return standings_of(request.auth, asked.uris)


@router.get("/{activity_id}", response=Record | None, summary="Get credential activity by id")
def get_activity(request: NetworkRequest, activity_id: str) -> dict[str, Any] | None:
    """The chain's latest event; null where the caller has no such chain."""
    chain = find_chain(request.auth, activity_id)
    return record(chain[-1], request.auth) if chain else None


@router.get("/{activity_id}/chain", response=list[Record], summary="Get activity chain")
def get_chain(request: NetworkRequest, activity_id: str) -> list[dict[str, Any]]:
    """All events of the chain, oldest first; none where the caller has no such chain."""
    return [record(entry, request.auth) for entry in find_chain(request.auth, activity_id)]
