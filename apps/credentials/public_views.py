"""For verifiers: a credential checked in front of their eyes, and the public keys of its issuer."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from apps.common.access import public
from apps.common.pages import render_page
from apps.credentials.profiles import profile_by_handle
from apps.credentials.signing import MEDIA_TYPE, did_document, jwk_set
from apps.credentials.status_lists import PURPOSES, signed_list
from apps.credentials.verification import published_credential


@public
@require_safe
def verify(request: HttpRequest, credential_id: UUID) -> HttpResponse:
    """Who issued what to whom, whether the signature is good, and whether it stands."""
    published = published_credential(credential_id)
    if published is None:
        raise Http404
    response = render_page(request, "credentials/verify.html", {"published": published})
    response["X-Robots-Tag"] = "noindex"
    return response


@public
@require_safe
def did_json(request: HttpRequest, handle: str) -> HttpResponse:
    """The issuer's DID document, where did:web looks for it."""
    profile = profile_by_handle(handle)
    if profile is None:
        raise Http404
    return _for_programs(JsonResponse(did_document(profile, profile.signing_keys.oldest_first())))


@public
@require_safe
def jwks_json(request: HttpRequest, handle: str) -> HttpResponse:
    """The issuer's public keys as a JWK Set."""
    profile = profile_by_handle(handle)
    if profile is None:
        raise Http404
    return _for_programs(JsonResponse(jwk_set(profile.signing_keys.oldest_first())))


@public
@require_safe
def status_list(request: HttpRequest, handle: str, purpose: str, number: int) -> HttpResponse:
    """One of the issuer's status lists, signed."""
    profile = profile_by_handle(handle)
    signed = signed_list(profile, purpose, number) if profile and purpose in PURPOSES else None
    if signed is None:
        raise Http404
    return _for_programs(HttpResponse(signed, content_type=MEDIA_TYPE))


def _for_programs(response: HttpResponse) -> HttpResponse:
    """Keys and lists are public: any site's verifier may read them, and keep them for five minutes."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return response
