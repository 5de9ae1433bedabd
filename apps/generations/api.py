"""Generations in the JSON API."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Status
from pydantic import Field

from apps.accounts.api_auth import ApiRequest, needs
from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.accounts.usage import active_subscription
from apps.common.limits import Limit
from apps.common.problem import Problem
from apps.common.schemas import ApiSchema, UtcTime
from apps.credits import ledger
from apps.generations import operations, pictures
from apps.generations.gallery import Gallery
from apps.generations.models import Character, GenerationImage, GenerationJob
from apps.generations.operations import Wish
from apps.generations.problems import IMAGE_GONE, REFUSALS, refusal_problem
from apps.generations.queries import usage_of
from apps.generations.records import record_of, records_of
from apps.generations.schemas import (
    ADDRESS_OF,
    Generation,
    GenerationQuery,
    GenerationRequest,
    Generations,
    IdempotencyKey,
)

router = Router(tags=["Generations"], by_alias=True)

WRITES = Limit("generation-writes", times=120, seconds=60)
API_KEY = "api:"

_REFUSED = {
    402: {"description": "Too few credits"},
    409: {"description": "Limit reached, or the key was used for another request"},
}
_PICTURE: dict[str, dict[str, Any]] = {kind: {} for kind in ("image/png", "image/webp", "image/jpeg")}
_PICTURES = {
    200: {"description": "The image", "content": _PICTURE},
    206: {"description": "The part of it that Range asked for", "content": _PICTURE},
    304: {"description": "Not changed since the ETag that If-None-Match names"},
    410: {"description": "The file is no longer kept"},
    412: {"description": "Not the one that If-Match names"},
    416: {"description": "The part lies outside of the file"},
}


class UsageReport(ApiSchema):
    """How much may still be generated; counts are in images."""

    has_limit: bool
    limit: int | None = Field(description="Images a period; null without a limit.")
    used: int = Field(description="Images of this period, those being made now included.")
    remaining: int | None
    can_generate: bool
    lifetime_total: int
    current_period_used: int
    last_reset_date: UtcTime | None
    balance: int = Field(description="Credits to spend.")


@router.get("/usage", response=UsageReport, auth=needs(Scope.GENERATIONS_READ), summary="Usage, limit and balance")
def usage(request: ApiRequest) -> dict[str, Any]:
    """How many images the plan still allows, and the credits that are left."""
    user = request.auth.user
    subscription = active_subscription(user)
    used = usage_of(user, plan=subscription.plan if subscription else None)
    shown = {name: getattr(used, name) for name in UsageReport.model_fields if name != "balance"}
    return {**shown, "balance": ledger.balance_of(user.pk)}


@router.post(
    "/generations",
    response={201: Generation, 402: None, 409: None},
    auth=needs(Scope.GENERATIONS_WRITE),
    summary="Generate images",
    openapi_extra={"responses": _REFUSED},
)
def create_generation(
    request: ApiRequest,
    response: HttpResponse,
    body: GenerationRequest,
    idempotency_key: Annotated[IdempotencyKey | None, Header(alias="Idempotency-Key")] = None,
) -> Status[Generation]:
    """Charges the account and queues the generation; ask for it again to see how far it has come.

    The same Idempotency-Key with the same body again answers 201 with the same generation, as it stands then, and
    charges nothing; with another body it is refused. Keys don't expire.
    """
    user = request.auth.user
    _count_write(user)
    wish = Wish(**body.model_dump(exclude={"character"}), character=_character(user, body.character))
    try:
        job = operations.request(user=user, wish=wish, idempotency_key=idempotency_key and API_KEY + idempotency_key)
    except REFUSALS as refusal:
        raise refusal_problem(refusal) from None
    return Status(201, _created(request, response, job))


@router.get("/generations", response=Generations, auth=needs(Scope.GENERATIONS_READ), summary="List generations")
def list_generations(request: ApiRequest, query: Query[GenerationQuery]) -> dict[str, Any]:
    """Every generation, the one asked for last first; of a state, the one that came into it last first.

    A walk along `nextCursor` meets each generation once that passes the filters from its first page until its last, and
    none twice. One that leaves the state before its page is read isn't met; one that comes into it meanwhile is met
    by the next walk. So a generation that is taken up can be missed by a walk of those queued and a walk of those
    processing: ask for `pending`, where it stays, to meet all that haven't ended.
    """
    user = request.auth.user
    if query.character and not user.characters.filter(pk=query.character).exists():
        raise Problem.of_parameter("character", _("You have no such AI influencer."))
    page = Gallery(user=user, filters=query.filters, limit=query.limit).page(query.cursor or "")
    address_of = _address_of(request)
    return {
        "items": [Generation.of(record, address_of) for record in records_of(user, page.jobs)],
        "next_cursor": page.next_cursor or None,
    }


@router.get("/generations/{id}", response=Generation, auth=needs(Scope.GENERATIONS_READ), summary="One generation")
def read_generation(request: ApiRequest, id: UUID) -> Generation:
    """The generation as it stands now."""
    return _told(request, id)


@router.post(
    "/generations/{id}/retry",
    response={201: Generation, 402: None, 409: None},
    auth=needs(Scope.GENERATIONS_WRITE),
    summary="Try a failed generation again",
    openapi_extra={"responses": _REFUSED | {409: {"description": "Limit reached, or it hasn't failed"}}},
)
def retry_generation(request: ApiRequest, response: HttpResponse, id: UUID) -> Status[Generation]:
    """A new generation with the failed one's settings, for the same price; repeated, the same new generation."""
    user = request.auth.user
    failed = user.generation_jobs.filter(pk=id).select_related("character").first()
    if failed is None:
        raise Problem(404)
    _count_write(user)
    try:
        job = operations.retry(job=failed)
    except REFUSALS as refusal:
        raise refusal_problem(refusal) from None
    return Status(201, _created(request, response, job))


@router.get(
    "/generations/{id}/images/{position}",
    response={200: None, 410: None},
    auth=needs(Scope.GENERATIONS_READ),
    summary="An image",
    openapi_extra={"responses": _PICTURES},
)
def read_image(request: ApiRequest, id: UUID, position: int) -> HttpResponseBase:
    """The image itself, as the provider made it. If-None-Match and a single Range are understood."""
    try:
        return pictures.full_picture(request, _image(request, id, position))
    except pictures.ImageGone:
        raise _gone() from None


@router.get(
    "/generations/{id}/images/{position}/thumbnail",
    response={200: None, 410: None},
    auth=needs(Scope.GENERATIONS_READ),
    summary="An image, made small",
    openapi_extra={"responses": _PICTURES},
)
def read_thumbnail(request: ApiRequest, id: UUID, position: int) -> HttpResponseBase:
    """The image as WebP, 480 pixels at most on its longer side."""
    try:
        return pictures.thumbnail(request, _image(request, id, position))
    except pictures.ImageGone:
        raise _gone() from None


def _count_write(user: User) -> None:
    if not WRITES.count(str(user.pk)):
        raise Problem(429, headers={"Retry-After": str(WRITES.seconds_left)})


def _character(user: User, asked: UUID | None) -> Character | None:
    """The person's own AI influencer. Raises Problem where there is none of that id to generate for."""
    if asked is None:
        return None
    found = user.characters.available().filter(pk=asked).first()
    if found is None:
        detail = _("You have no such AI influencer, or it is archived.")
        raise Problem(422, detail, errors=[{"detail": detail, "pointer": "#/character"}])
    return found


def _created(request: ApiRequest, response: HttpResponse, job: GenerationJob) -> Generation:
    told = _told(request, job.pk)
    response["Location"] = told.links.this
    return told


def _told(request: ApiRequest, job_id: UUID) -> Generation:
    record = record_of(request.auth.user, job_id)
    if record is None:
        raise Problem(404)
    return Generation.of(record, _address_of(request))


def _address_of(request: HttpRequest) -> ADDRESS_OF:
    """Makes whole addresses, on the host that was asked."""
    return lambda name, arguments: request.build_absolute_uri(reverse(name, args=arguments))


def _image(request: ApiRequest, job_id: UUID, position: int) -> GenerationImage:
    own = request.auth.user.generation_images.filter(job_id=job_id, position=position)
    found = own.select_related("job").first()
    if found is None:
        raise Problem(404)
    return found


def _gone() -> Problem:
    return IMAGE_GONE.problem(str(IMAGE_GONE.about))
