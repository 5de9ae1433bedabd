"""The holder's view: whether what they were given still holds."""

from collections.abc import Iterable

from apps.credentials.models import Credential, Profile
from apps.credentials.uris import CREDENTIAL, BadUri, id_in

MOST_URIS = 100


def standings_of(holder: Profile, uris: Iterable[str]) -> dict[str, str]:
    """The standing of each credential that is the holder's own; whatever else is named is left out."""
    asked = {}
    for uri in uris:
        try:
            asked[uri] = id_in(uri, CREDENTIAL)
        except BadUri:
            continue
    own = Credential.objects.filter(recipient=holder, pk__in=asked.values())
    found = dict(own.values_list("pk", "issuance__standing"))
    return {uri: found[id_] for uri, id_ in asked.items() if id_ in found}
