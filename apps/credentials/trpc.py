"""An issuer's activity as procedures of tRPC, for LearnCard's published clients."""

from typing import Any

from apps.accounts.callers import Caller
from apps.accounts.scopes import Scope
from apps.common.replica import read
from apps.common.trpc import Code, Fault, Procedure
from apps.credentials.feed import find_chain, list_activity
from apps.credentials.lifecycle import standings_of
from apps.credentials.models import Profile
from apps.credentials.profiles import profile_of
from apps.credentials.records import page_of_records, record
from apps.credentials.schemas import ActivityWish, ChainWish, LifecycleWish, ProfileWish, StatsWish
from apps.credentials.stats import count_activity
from apps.credentials.uris import did_of


def get_my_activities(caller: Caller, asked: ActivityWish) -> dict[str, Any]:
    profile = _profile(caller)
    page = read(
        lambda: list_activity(
            profile,
            asked.filters,
            limit=asked.limit,
            before=asked.cursor,
            after=asked.after,
            grouped=asked.group_by_latest_status,
        ),
        after=caller.user.written_position,
    )
    return page_of_records(page, profile)


def get_activity_stats(caller: Caller, asked: StatsWish) -> dict[str, Any]:
    profile = _profile(caller)
    return read(lambda: count_activity(profile, asked.filters), after=caller.user.written_position).as_json()


def get_activity(caller: Caller, asked: ChainWish) -> dict[str, Any] | None:
    chain = get_activity_chain(caller, asked)
    return chain[-1] if chain else None


def get_activity_chain(caller: Caller, asked: ChainWish) -> list[dict[str, Any]]:
    profile = _profile(caller)
    return [record(entry, profile) for entry in find_chain(profile, asked.activity_id)]


def get_my_credential_lifecycle_statuses(caller: Caller, asked: LifecycleWish) -> dict[str, str]:
    return standings_of(_profile(caller), asked.uris)


def get_profile(caller: Caller, _asked: ProfileWish) -> dict[str, str]:
    profile = _profile(caller)
    return {
        "profileId": profile.handle,
        "displayName": profile.display_name,
        "shortBio": "",
        "bio": "",
        "did": did_of(profile.handle),
    }


def _profile(caller: Caller) -> Profile:
    profile = profile_of(caller.user)
    if profile is None:
        raise Fault(Code.NOT_FOUND, "You have no profile yet.")
    return profile


_READ = Scope.ACTIVITY_READ
PROCEDURES = [
    Procedure(name="activity.getMyActivities", scope=_READ, input=ActivityWish, run=get_my_activities),
    Procedure(name="activity.getActivityStats", scope=_READ, input=StatsWish, run=get_activity_stats),
    Procedure(name="activity.getActivity", scope=_READ, input=ChainWish, run=get_activity),
    Procedure(name="activity.getActivityChain", scope=_READ, input=ChainWish, run=get_activity_chain),
    Procedure(
        name="activity.getMyCredentialLifecycleStatuses",
        scope=_READ,
        input=LifecycleWish,
        run=get_my_credential_lifecycle_statuses,
    ),
    Procedure(name="profile.getProfile", scope=_READ, input=ProfileWish, run=get_profile),
]
