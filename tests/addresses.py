"""The addresses of the product's own pages, and an address of each for a given person's things."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts.models import ApiToken
from apps.generations.models import Character, GenerationJob
from apps.orders.cart_links import no_reminders_path, return_path
from apps.orders.guest_links import token_of
from tests.orders.wares import Ware

OTHERS = ("allauth",)
RECORDS = "admin"  # Django's own, with a test of its own


def our_patterns(resolver: URLResolver, namespace: str = "") -> Iterator[URLPattern]:
    """Every pattern of the URL map but those of packages; ``name`` carries its namespace."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield _named(entry, namespace)
        elif _is_ours(entry):
            yield from our_patterns(entry, entry.namespace or namespace)


def names_of_ours() -> list[str]:
    """The names of all those patterns."""
    return [str(pattern.name) for pattern in our_patterns(get_resolver())]


def of_accounts() -> list[tuple[str, str]]:
    """The names and paths of the pages for signing in and up, which a package brings."""
    (accounts,) = (entry for entry in get_resolver().url_patterns if str(entry.pattern) == "accounts/")
    assert isinstance(accounts, URLResolver)
    return [(str(each.name), f"/accounts/{where}") for each, where in _paths(accounts, "")]


def _paths(resolver: URLResolver, before: str) -> Iterator[tuple[URLPattern, str]]:
    for entry in resolver.url_patterns:
        where = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _paths(entry, where)
        else:
            yield entry, where


def _is_ours(entry: URLResolver) -> bool:
    module = str(getattr(entry.urlconf_name, "__name__", entry.urlconf_name))
    return entry.app_name != RECORDS and not module.startswith(OTHERS)


def _named(pattern: URLPattern, namespace: str) -> URLPattern:
    name = f"{namespace}:{pattern.name}" if namespace else pattern.name
    return URLPattern(pattern.pattern, pattern.callback, pattern.default_args, name)


def token_in(path: str) -> str:
    """The last part of a path."""
    return path.rstrip("/").rpartition("/")[2]


def address(
    name: str, *, job: GenerationJob, character: Character, transaction_id: Any, token: ApiToken, ware: Ware
) -> list[str]:
    """The addresses that a name stands for, pointing at one person's things."""
    by_name: dict[str, list[list[Any]]] = {
        "accounts:revoke-token": [[token.pk]],
        "activity:item": [["generation_job", job.pk], ["credit_transaction", transaction_id]],
        "activity:row": [["generation_job", job.pk], ["credit_transaction", transaction_id]],
        "api:one_activity": [["generation_job", job.pk], ["credit_transaction", transaction_id]],
        "trpc": [["activity.list"]],
        "webhooks:email": [["postmark"]],
        "generations:character": [[character.pk]],
        "generations:archive-character": [[character.pk]],
        "generations:restore-character": [[character.pk]],
        "generations:tile": [[job.pk]],
        "api:read_generation": [[job.pk]],
        "api:retry_generation": [[job.pk]],
        "api:read_image": [[job.pk, 1]],
        "api:read_thumbnail": [[job.pk, 1]],
        "generations:result": [[job.pk]],
        "generations:status": [[job.pk]],
        "generations:retry": [[job.pk]],
        "generations:thumbnail": [[job.pk]],
        "generations:image": [[job.pk, 1]],
        "generations:image-thumbnail": [[job.pk, 1]],
        "generations:download": [[job.pk, 1]],
        "credits:subscribe": [["pro"]],
        "credits:buy-pack": [["small"]],
        "shop:product": [[ware.product.pk]],
        "shop:picture": [[ware.picture.pk]],
        "shop:order": [[ware.order.pk]],
        "shop:guest-order": [[token_of(ware.guests_order.pk)]],
        "shop:return-to-cart": [[token_in(return_path(ware.guests_cart.pk))]],
        "shop:no-reminders": [[token_in(no_reminders_path("guest@example.com"))]],
        "shop:change-line": [[uuid4()]],
        "shop:remove-line": [[uuid4()]],
        "staff:undo-resolving": [[uuid4()]],
        "staff:resolve-order": [[ware.order.pk]],
        "staff:act-on-order": [[ware.order.pk, "retry"]],
        "staff:cancel-order": [[ware.order.pk]],
        "staff:refund-order": [[ware.order.pk]],
        "staff:order": [[ware.order.pk]],
        "staff:comment-order": [[ware.order.pk]],
        "staff:generation": [[job.pk]],
        "staff:generation-image": [[job.pk, 1]],
        "staff:generation-thumbnail": [[job.pk, 1]],
        "staff:person": [[job.user.public_id]],
        "staff:adjust-credits": [[job.user.public_id]],
        "staff:reset-period": [[job.user.public_id]],
    }
    return [reverse(name, args=arguments) for arguments in by_name.get(name, [[]])]
