"""Credentials signed and checked: a document as a JWS by VC-JOSE-COSE, with Ed25519."""

import json
from collections.abc import Iterable
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from apps.credentials.keys import ALGORITHM, open_key
from apps.credentials.models import Profile, SigningKey
from apps.credentials.uris import did_of

MEDIA_TYPE: Final = "application/vc+jwt"


def sign(document: dict[str, Any], key: SigningKey, issuer: Profile) -> str:
    """The document as a JWS in compact form. Raises SealBroken."""
    header = {"alg": ALGORITHM, "typ": "vc+jwt", "cty": "vc", "kid": f"{did_of(issuer.handle)}#{key.pk}"}
    payload = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact(header, payload, open_key(key), algorithms=[ALGORITHM])


def is_signed(signed: str, document: dict[str, Any], key: SigningKey) -> bool:
    """Whether the key has signed exactly this document."""
    try:
        found = jws.deserialize_compact(signed, OKPKey.import_key(key.public_jwk), algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        return False
    return bool(json.loads(found.payload) == document)


def jwk_set(keys: Iterable[SigningKey]) -> dict[str, Any]:
    """The public keys as a JWK Set (RFC 7517), retired ones included: they verify what they signed."""
    return {"keys": [_jwk(key) for key in keys]}


def did_document(profile: Profile, keys: Iterable[SigningKey]) -> dict[str, Any]:
    """The issuer's DID document: which keys may assert in its name."""
    did = did_of(profile.handle)
    methods = [
        {"id": f"{did}#{key.pk}", "type": "JsonWebKey", "controller": did, "publicKeyJwk": _jwk(key)} for key in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _jwk(key: SigningKey) -> dict[str, Any]:
    return {**key.public_jwk, "kid": str(key.pk), "alg": ALGORITHM, "use": "sig"}
