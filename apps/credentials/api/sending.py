"""Issuing, claiming and taking back over HTTP."""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field, model_validator

from apps.accounts.scopes import Scope
from apps.common.schemas import ApiSchema, StorableText
from apps.common.trpc import Code
from apps.credentials import standing
from apps.credentials.api.frame import ApiError, NetworkRequest, ProfileToken
from apps.credentials.claim_limits import TooManyBadClaims, followed
from apps.credentials.claiming import Claimed, accept, take_from_inbox
from apps.credentials.documents import Content
from apps.credentials.event_types import Source
from apps.credentials.issuing import Sent, Wish, live_boost, send
from apps.credentials.models import Issuance, Profile
from apps.credentials.refusals import NotFound, Refused
from apps.credentials.schemas import BoostUri, IntegrationId
from apps.credentials.signing import MEDIA_TYPE
from apps.credentials.uris import BOOST, CREDENTIAL, INBOX, BadUri, id_in, kind_and_id, site_url, uri_of
from apps.credentials.verification import published_credential

router = Router(tags=["Credentials"], by_alias=True, auth=ProfileToken(Scope.CREDENTIALS_WRITE))


class Options(ApiSchema):
    """How an inbox credential waits."""

    expires_in_days: int = Field(default=30, ge=1, le=365)


class SendBody(ApiSchema):
    """A boost (``templateUri``), or a credential of one's own, and whom it is for."""

    type: Literal["boost"] = "boost"
    recipient: StorableText = Field(max_length=300, description="profileId, DID, e-mail or phone with country code.")
    template_uri: BoostUri | None = None
    credential: dict[str, Any] | None = None
    activity_id: StorableText = Field("", max_length=100)
    integration_id: IntegrationId | None = None
    contract_uri: StorableText = Field("", max_length=500, description="Issued under a consent contract.")
    metadata: dict[str, Any] = Field(default_factory=dict)
    options: Options = Field(default_factory=Options)

    @model_validator(mode="after")
    def _has_content(self) -> "SendBody":
        if (self.template_uri is None) == (self.credential is None):
            raise ValueError("Give either a templateUri or a credential.")
        return self


class SendBoostBody(ApiSchema):
    recipient: StorableText = Field(max_length=300)
    boost_uri: BoostUri
    activity_id: StorableText = Field("", max_length=100)
    integration_id: IntegrationId | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class SendCredentialBody(ApiSchema):
    recipient: StorableText = Field(max_length=300)
    credential: dict[str, Any] = Field(description="An unsigned Open Badge; it is signed with the issuer's key.")
    activity_id: StorableText = Field("", max_length=100)
    integration_id: IntegrationId | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class UriBody(ApiSchema):
    uri: StorableText = Field(description="The credentialUri that was issued.")


class IssuanceBody(ApiSchema):
    """Which issuance: by its activity, or by its credential."""

    activity_id: StorableText = ""
    credential_uri: StorableText = ""


@router.post("/send", summary="Send a boost or a credential")
def post_send(request: NetworkRequest, body: SendBody) -> dict[str, Any]:
    """To a profile: delivered. To an address that nobody has shown to be theirs: into its inbox, with a claim link."""
    source = Source.CONTRACT if body.contract_uri else Source.SEND
    metadata = body.metadata | ({"contractUri": body.contract_uri} if body.contract_uri else {})
    lifetime = timedelta(days=body.options.expires_in_days)
    common = {"metadata": metadata, "lifetime": lifetime}
    if body.template_uri:
        return _sent(_boost_wish(request.auth, body, body.template_uri, source, **common))
    return _sent(_own_wish(request.auth, body, body.credential or {}, source, **common))


@router.post("/send-boost", summary="Send a boost")
def post_send_boost(request: NetworkRequest, body: SendBoostBody) -> dict[str, Any]:
    """As ``send``, with the source ``sendBoost``."""
    return _sent(_boost_wish(request.auth, body, body.boost_uri, Source.SEND_BOOST, metadata=body.metadata))


@router.post("/send-credential", summary="Send a credential of one's own")
def post_send_credential(request: NetworkRequest, body: SendCredentialBody) -> dict[str, Any]:
    """As ``send``, with the source ``sendCredential``."""
    return _sent(_own_wish(request.auth, body, body.credential, Source.SEND_CREDENTIAL, metadata=body.metadata))


@router.post("/accept", summary="Accept what was delivered")
def post_accept(request: NetworkRequest, body: UriBody) -> dict[str, Any]:
    """A credential that was delivered to the caller, or one that waits for an address of theirs. Twice is success."""
    kind, id_ = kind_and_id(body.uri)
    if kind == CREDENTIAL:
        return _claimed(accept(profile=request.auth, credential_id=id_))
    if kind == INBOX:
        return _claimed(take_from_inbox(profile=request.auth, inbox_id=id_, now=timezone.now()))
    raise BadUri(_("That isn't the URI of a credential."))


@router.post("/claim/{token}", summary="Claim with a token")
def post_claim(request: NetworkRequest, token: str) -> dict[str, Any]:
    """What the claim link with this token stands for. 404 for a token that nobody made, 400 for one that is spent."""
    try:
        return _claimed(followed(request, request.auth, token))
    except TooManyBadClaims as error:
        raise ApiError(Code.TOO_MANY_REQUESTS, str(error)) from None


@router.post("/revoke", summary="Revoke")
def post_revoke(request: NetworkRequest, body: IssuanceBody) -> dict[str, Any]:
    """Takes an issuance back for good."""
    return _moved(request.auth, body, standing.revoke)


@router.post("/suspend", summary="Suspend")
def post_suspend(request: NetworkRequest, body: IssuanceBody) -> dict[str, Any]:
    """Has an issuance not hold for now."""
    return _moved(request.auth, body, standing.suspend)


@router.post("/unsuspend", summary="End a suspension")
def post_unsuspend(request: NetworkRequest, body: IssuanceBody) -> dict[str, Any]:
    """Has a suspended issuance hold again."""
    return _moved(request.auth, body, standing.reactivate)


@router.get("/{uuid:credential_id}", auth=None, summary="Verify a credential")
def get_credential(request: HttpRequest, credential_id: UUID) -> HttpResponse | dict[str, Any]:
    """For verifiers: document, signature, whether it stands. As ``application/vc+jwt``, the signed text alone."""
    published = published_credential(credential_id)
    if published is None:
        raise NotFound(_("There is no such credential."))
    if MEDIA_TYPE in request.headers.get("Accept", ""):
        return HttpResponse(published.signed, content_type=MEDIA_TYPE)
    return published.as_json()


def _boost_wish(issuer: Profile, body: "SendBody | SendBoostBody", boost_id: UUID, source: Source, **more: Any) -> Wish:
    boost = live_boost(issuer, boost_id)
    return _wish(issuer, body, source, boost=boost, content=Content.of_boost(boost), **more)


def _own_wish(
    issuer: Profile, body: "SendBody | SendCredentialBody", document: dict[str, Any], source: Source, **more: Any
) -> Wish:
    return _wish(issuer, body, source, content=Content.of_credential(document), **more)


def _wish(issuer: Profile, body: Any, source: Source, **more: Any) -> Wish:
    return Wish(
        issuer=issuer,
        recipient=body.recipient,
        source=source,
        activity_id=body.activity_id,
        integration_id=body.integration_id,
        **more,
    )


def _sent(wish: Wish) -> dict[str, Any]:
    sent = send(wish, now=timezone.now())
    answer: dict[str, Any] = {"type": "boost", "activityId": sent.issuance.activity_id}
    answer["credentialUri"] = _credential_uri(sent)
    if wish.boost:
        answer["uri"] = uri_of(BOOST, wish.boost.pk)
    if sent.inbox:
        answer["inbox"] = {"issuanceId": str(sent.inbox.pk), "status": "DELIVERED" if sent.credential else "PENDING"}
    if sent.claim_token:
        answer["inbox"]["claimUrl"] = site_url(f"/claim/{sent.claim_token}/")
    return answer


def _credential_uri(sent: Sent) -> str:
    if sent.credential:
        return uri_of(CREDENTIAL, sent.credential.pk)
    return uri_of(INBOX, sent.inbox.pk) if sent.inbox else ""


def _claimed(claimed: Claimed) -> dict[str, Any]:
    return {
        "activityId": claimed.issuance.activity_id,
        "credentialUri": uri_of(CREDENTIAL, claimed.credential.pk),
        "credential": claimed.credential.document,
        "alreadyClaimed": not claimed.is_new,
    }


def _moved(issuer: Profile, body: IssuanceBody, move: Any) -> dict[str, Any]:
    issuance = _own_issuance(issuer, body)
    move(issuance)
    issuance.refresh_from_db(fields=["standing"])
    return {"activityId": issuance.activity_id, "status": issuance.standing}


def _own_issuance(issuer: Profile, body: IssuanceBody) -> Issuance:
    """The issuer's own. Raises NotFound, Refused."""
    if not body.activity_id and not body.credential_uri:
        raise Refused(_("Name the issuance by its activityId or its credentialUri."))
    own = issuer.issuances.all()
    found = (
        own.filter(credential=id_in(body.credential_uri, CREDENTIAL))
        if body.credential_uri
        else own.with_activity_id(body.activity_id)
    ).first()
    if found is None:
        raise NotFound(_("There is no such issuance."))
    return found
