"""Boosts over HTTP: made as drafts, changed, brought live; claim links for them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from apps.accounts.scopes import Scope
from apps.common.schemas import ApiSchema, StorableText, utc_text
from apps.credentials import boosts
from apps.credentials.api.frame import NetworkRequest, ProfileToken
from apps.credentials.claim_links import make_link
from apps.credentials.issuing import live_boost
from apps.credentials.models import Boost, Profile
from apps.credentials.refusals import NotFound
from apps.credentials.uris import BOOST, site_url, uri_of

router = Router(tags=["Boosts"], by_alias=True, auth=ProfileToken(Scope.CREDENTIALS_WRITE))


class BoostBody(ApiSchema):
    name: StorableText = Field(min_length=1, max_length=200, pattern=r"\S")
    category: Boost.Category = Boost.Category.ACHIEVEMENT
    description: StorableText = Field("", max_length=2_000)
    criteria: StorableText = Field("", max_length=4_000)


class BoostChanges(ApiSchema):
    """What is left out stays. ``state`` can become ``live``; there is no way back."""

    name: StorableText = Field("", min_length=1, max_length=200, pattern=r"\S")
    category: Boost.Category = Boost.Category.ACHIEVEMENT
    description: StorableText = Field("", max_length=2_000)
    criteria: StorableText = Field("", max_length=4_000)
    state: Boost.State = Boost.State.DRAFT


class LinkBody(ApiSchema):
    expires_in_days: int = Field(30, ge=1, le=365)
    uses: int | None = Field(None, ge=1, le=1_000_000)


@router.get("", summary="List boosts")
def list_boosts(request: NetworkRequest) -> list[dict[str, Any]]:
    """The caller's own, newest first."""
    return [_told(boost) for boost in request.auth.boosts.newest_first()]


@router.post("", response={201: dict[str, Any]}, summary="Make a boost")
def add_boost(request: NetworkRequest, body: BoostBody) -> Status[dict[str, Any]]:
    """A draft."""
    return Status(201, _told(boosts.add_boost(owner=request.auth, **body.dict())))


@router.get("/{uuid:boost_id}", summary="One boost")
def read_boost(request: NetworkRequest, boost_id: UUID) -> dict[str, Any]:
    return _told(_own(request.auth, boost_id))


@router.patch("/{uuid:boost_id}", summary="Change a boost")
def change_boost(request: NetworkRequest, boost_id: UUID, body: BoostChanges) -> dict[str, Any]:
    """Changes a draft, and brings it live where ``state`` says so."""
    changes = body.dict(exclude_unset=True)
    state = changes.pop("state", Boost.State.DRAFT)
    boost = _own(request.auth, boost_id)
    if changes:
        boost = boosts.change_boost(boost, **changes)
    return _told(boosts.bring_live(boost) if state == Boost.State.LIVE else boost)


@router.delete("/{uuid:boost_id}", response={204: None}, summary="Remove a draft")
def remove_boost(request: NetworkRequest, boost_id: UUID) -> Status[None]:
    """A live one stays: credentials refer to it."""
    boosts.remove_boost(_own(request.auth, boost_id))
    return Status(204, None)


@router.post("/{uuid:boost_id}/claim-links", response={201: dict[str, Any]}, summary="Make a claim link")
def add_claim_link(request: NetworkRequest, boost_id: UUID, body: LinkBody) -> Status[dict[str, Any]]:
    """An address with which anyone can claim the boost, once each. It is told once."""
    boost = live_boost(request.auth, boost_id)
    made = make_link(boost, lifetime=timedelta(days=body.expires_in_days), uses=body.uses, now=timezone.now())
    return Status(201, {"claimUrl": site_url(f"/claim/{made.secret}/"), "expiresAt": utc_text(made.link.expires_at)})


def _own(owner: Profile, boost_id: UUID) -> Boost:
    boost = owner.boosts.filter(pk=boost_id).first()
    if boost is None:
        raise NotFound(_("There is no such boost."))
    return boost


def _told(boost: Boost) -> dict[str, Any]:
    return {
        "uri": uri_of(BOOST, boost.pk),
        "id": str(boost.pk),
        "name": boost.name,
        "category": boost.category,
        "description": boost.description,
        "criteria": boost.criteria,
        "state": boost.state,
    }
