"""How much of what could be tried is tried: the same few things in every run, or very many at random on request."""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings

# `manage.py test --hypothesis-profile long tests/security`; the profile is registered where pytest looks for it.
LONG: Final = "long"


def tried(times: int) -> Callable[[Any], Any]:
    """So many examples, always the same ones; under the profile "long" as many as it says, each time others."""
    is_long = settings.get_current_profile_name() == LONG
    return settings(
        max_examples=settings().max_examples if is_long else times,
        derandomize=not is_long,
        database=None,
        deadline=None,
        print_blob=False,
        phases=[Phase.generate, Phase.shrink] if is_long else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
