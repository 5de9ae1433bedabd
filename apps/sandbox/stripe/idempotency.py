"""The same key twice: the same answer, and nothing done twice."""

from collections.abc import Callable
from hashlib import sha256

from apps.sandbox.models import StripeAnswer
from apps.sandbox.stripe.errors import StripeError
from apps.sandbox.stripe.store import Body


def answered_once(key: str, request: bytes, act: Callable[[], Body]) -> tuple[Body, bool]:
    """What was answered to the key before, or now, and whether it was before.

    Runs in the caller's transaction: a second request with the key waits at the row until the first has committed.
    Raises StripeError where the key stands for another request.
    """
    digest = sha256(request).hexdigest()
    kept, is_first = StripeAnswer.objects.get_or_create(key=key, defaults={"request_digest": digest, "body": {}})
    if not is_first:
        if kept.request_digest != digest:
            raise StripeError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        return kept.body, True
    try:
        kept.body = act()
    except StripeError:
        kept.delete()  # only what was done is answered again
        raise
    kept.save()
    return kept.body, False
