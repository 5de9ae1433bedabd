"""Every address × everyone: who gets in, who is sent to sign in, and for whom it doesn't exist.

A new address fails here until it is placed. A stranger's answer is that of an id that doesn't exist.
"""

import pytest

from tests.addresses import names_of_ours
from tests.stage import WHO, Stage, read_to_the_end

IN, SIGN_IN, GONE, POSTED, HOME = 200, "sign in", 404, "posted", "home"


def _row(everyone: int | str, **others: int | str) -> dict[str, int | str]:
    return dict.fromkeys(WHO, everyone) | others


EVERYONE = _row(IN)
OWN_PAGE = _row(IN, anonymous=SIGN_IN)
OWNERS_ONLY = _row(GONE, anonymous=SIGN_IN, owner=IN)
STAFF_ONLY = _row(IN, anonymous=SIGN_IN, owner=GONE, stranger=GONE)
WITH_PERMISSION = _row(GONE, anonymous=SIGN_IN, admin=IN)
OWNERS_ACT = OWNERS_ONLY | {"owner": POSTED}
OWN_DATA = OWN_PAGE | {"anonymous": 401}
OWNERS_DATA = OWNERS_ONLY | {"anonymous": 401}

# A session opens nothing there; what tokens open is told in the tests of that API.
BY_TOKEN_ALONE = _row(401)

MATRIX = {
    "home": _row(HOME, anonymous=IN),
    "healthz": EVERYONE,
    "readyz": EVERYONE,
    "metrics": _row(GONE),  # there is none unless a token is set, and then by that alone
    "accounts:account": OWN_PAGE,
    "accounts:create-token": _row(POSTED, anonymous=SIGN_IN),
    "accounts:revoke-token": OWNERS_ACT,
    "activity:timeline": OWN_PAGE,
    "activity:export-csv": OWN_PAGE,
    "activity:export-json": OWN_PAGE,
    "activity:item": OWNERS_ONLY,
    "activity:row": OWNERS_ONLY,
    "activity:statement": OWN_PAGE,
    "activity:new": _row(286, anonymous=SIGN_IN),
    "activity:new-rows": OWN_PAGE,
    "api:api-root": _row(GONE),
    "api:openapi-json": EVERYONE,
    "api:openapi-view": EVERYONE,
    "api:list_activity": OWN_DATA,
    "api:one_activity": OWNERS_DATA,
    "api:list_transactions": OWN_DATA,
    "api:read_statement": OWN_DATA,
    "api:usage": OWN_DATA,
    "api:create_generation": _row(POSTED, anonymous=401),
    "api:list_generations": OWN_DATA,
    "api:read_generation": OWNERS_DATA,
    "api:retry_generation": OWNERS_DATA | {"owner": POSTED},
    "api:read_image": OWNERS_DATA,
    "api:read_thumbnail": OWNERS_DATA,
    "trpc": OWN_DATA,
    "credits:overview": OWN_PAGE,
    "credentials:dashboard": OWN_PAGE,
    "credentials:open-profile": _row(422, anonymous=SIGN_IN, owner=POSTED),
    "credentials:export-csv": OWNERS_ONLY,
    "credentials:activity": OWNERS_ONLY,
    "credentials:standing": OWNERS_ACT,
    "credentials:boosts": OWNERS_ONLY,
    "credentials:boost": OWNERS_ONLY,
    "credentials:publish": OWNERS_ACT,
    "credentials:remove-boost": OWNERS_ACT,
    "credentials:issue": OWNERS_ACT,
    "credentials:add-claim-link": OWNERS_ACT,
    "credentials:revoke-claim-link": OWNERS_ACT,
    "credentials:integrations": OWNERS_ONLY,
    "credentials:remove-integration": OWNERS_ACT,
    "credentials:received": OWN_PAGE,
    "credentials:accept": OWNERS_ACT,
    "credentials:download": OWNERS_ONLY,
    "credentials:take": OWNERS_ACT,
    "credentials:block": OWNERS_ACT,
    "credentials:verify": EVERYONE,
    "credentials:claim": EVERYONE,
    "credentials:did": EVERYONE,
    "credentials:status-list": EVERYONE,
    "credentials:jwks": EVERYONE,
    "network:api-root": _row(GONE),
    "network:openapi-json": EVERYONE,
    "network:openapi-view": EVERYONE,
    "network:get_activities": BY_TOKEN_ALONE,
    "network:get_stats": BY_TOKEN_ALONE,
    "network:export_csv": BY_TOKEN_ALONE,
    "network:get_lifecycle_statuses": _row(405),
    "network:get_activity": BY_TOKEN_ALONE,
    "network:get_chain": BY_TOKEN_ALONE,
    "network:list_boosts": BY_TOKEN_ALONE,
    "network:add_boost": BY_TOKEN_ALONE,
    "network:read_boost": BY_TOKEN_ALONE,
    "network:change_boost": BY_TOKEN_ALONE,
    "network:remove_boost": BY_TOKEN_ALONE,
    "network:add_claim_link": _row(405),
    "network:post_send": _row(405),
    "network:post_send_boost": _row(405),
    "network:post_send_credential": _row(405),
    "network:post_accept": _row(405),
    "network:post_claim": _row(405),
    "network:post_revoke": _row(405),
    "network:post_suspend": _row(405),
    "network:post_unsuspend": _row(405),
    "network:get_credential": EVERYONE,
    "no-route": _row(GONE),
    "credits:plan": OWN_PAGE,
    "credits:subscribe": _row(POSTED, anonymous=SIGN_IN),
    "credits:buy-pack": _row(POSTED, anonymous=SIGN_IN),
    "credits:bought": OWN_PAGE,
    "credits:subscribed": OWN_PAGE,
    "shop:list": EVERYONE,
    "shop:product": EVERYONE,
    "shop:picture": EVERYONE,
    "shop:cart": EVERYONE,
    "shop:change-line": _row(POSTED),
    "shop:remove-line": _row(POSTED),
    "shop:undo-removal": _row(POSTED),
    "shop:checkout": _row(POSTED, anonymous=422),
    "shop:return-to-cart": EVERYONE,  # whoever has the link
    "shop:no-reminders": EVERYONE,  # likewise
    "shop:orders": OWN_PAGE,
    "shop:order": OWNERS_ONLY,
    "shop:guest-order": EVERYONE,  # whoever has the link
    "webhooks:stripe": _row(405),
    "webhooks:printify": _row(405),
    "webhooks:email": _row(405),
    "staff:home": STAFF_ONLY,
    "staff:adoption": WITH_PERMISSION,
    "staff:credentials": WITH_PERMISSION,
    "staff:credential-activity": WITH_PERMISSION,
    "staff:generations": WITH_PERMISSION,
    "staff:generations-csv": WITH_PERMISSION,
    "staff:generations-json": WITH_PERMISSION,
    "staff:generation": WITH_PERMISSION,
    "staff:generation-image": WITH_PERMISSION,
    "staff:generation-thumbnail": WITH_PERMISSION,
    "staff:insights": WITH_PERMISSION,
    "staff:people": WITH_PERMISSION,
    "staff:person": WITH_PERMISSION,
    "staff:feed": WITH_PERMISSION,
    "staff:feed-badge": WITH_PERMISSION,
    "staff:feed-news": WITH_PERMISSION | {"admin": 286},
    "staff:feed-csv": WITH_PERMISSION,
    "staff:feed-json": WITH_PERMISSION,
    "staff:resolve": WITH_PERMISSION | {"admin": POSTED},
    "staff:undo-resolving": WITH_PERMISSION | {"admin": POSTED},
    "staff:resolve-order": WITH_PERMISSION | {"admin": POSTED},
    "staff:act-on-order": WITH_PERMISSION | {"admin": POSTED},
    "staff:cancel-order": WITH_PERMISSION | {"admin": POSTED},
    "staff:refund-order": WITH_PERMISSION | {"admin": POSTED},
    "staff:orders": WITH_PERMISSION,
    "staff:order": WITH_PERMISSION,
    "staff:comment-order": WITH_PERMISSION | {"admin": POSTED},
    "staff:adjust-credits": WITH_PERMISSION | {"admin": POSTED},
    "staff:reset-period": WITH_PERMISSION | {"admin": POSTED},
    "generations:generate": OWN_PAGE,
    "generations:characters": OWN_PAGE,
    "generations:character": OWNERS_ONLY,
    "generations:archive-character": OWNERS_ACT,
    "generations:restore-character": OWNERS_ACT,
    "generations:gallery": OWN_PAGE,
    "generations:result": OWNERS_ONLY,
    "generations:status": OWNERS_ONLY,
    "generations:tile": OWNERS_ONLY,
    "generations:retry": OWNERS_ACT,
    "generations:thumbnail": OWNERS_ONLY,
    "generations:image": OWNERS_ONLY,
    "generations:image-thumbnail": OWNERS_ONLY,
    "generations:download": OWNERS_ACT,
}
NAMES = names_of_ours()
# What an act answers where it doesn't lead to another page: the file, the forms that ask for a name or a reason, the
# body that is no JSON, the generation that hasn't failed; nor is a character restored that isn't archived.
ANSWERS_OF_ACTS = {
    "generations:download": IN,
    "credentials:issue": 422,
    "credentials:add-claim-link": 422,
    "credentials:standing": GONE,
    "accounts:create-token": 422,
    "staff:adjust-credits": 422,
    "staff:comment-order": 422,
    "staff:refund-order": 422,
    "staff:reset-period": 422,
    "api:create_generation": 400,
    "api:retry_generation": 409,
    "generations:restore-character": GONE,
}
ACTS = {name for name, row in MATRIX.items() if POSTED in row.values()}


def test_every_address_is_placed() -> None:
    assert set(NAMES) == set(MATRIX)


@pytest.mark.parametrize("name", NAMES)
def test_everyone_gets_what_the_matrix_says(name: str, stage: Stage) -> None:
    for url in stage.addresses[name]:
        for who, browser in stage.browsers().items():
            answer = browser.post(url) if name in ACTS else browser.get(url)
            read_to_the_end(answer)
            assert _outcome(answer.status_code, answer.get("Location", "")) == _expected(name, who), (who, url)


def _expected(name: str, who: str) -> int | str:
    expected = MATRIX[name][who]
    return expected if expected != POSTED else ANSWERS_OF_ACTS.get(name, POSTED)


def _outcome(status: int, location: str) -> int | str:
    if location.startswith("/accounts/login/"):
        return SIGN_IN
    if location == "/activity/":
        return HOME
    return POSTED if status == 302 else status
