"""The provider itself: answers like a real one, slow or failing when told to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import sleep
from types import MappingProxyType

# Only marks a text for translation, and unlike its twin one level up needs no settings.
from django.utils.translation.trans_null import gettext_noop

from apps.generations.providers.aspect_ratios import ASPECT_RATIOS, QUALITIES
from apps.generations.providers.base import GeneratedImage, ImageRequest, ProviderError
from apps.generations.providers.sketch import studio

_SLOW_S = 4.0


@dataclass(frozen=True, slots=True)
class _Failure:
    message: str
    code: str
    permanent: bool
    retry_after_s: float | None = None

    def error(self) -> ProviderError:
        return ProviderError(
            self.message,
            self.code,
            permanent=self.permanent,
            retry_after_s=self.retry_after_s,
        )


_FAILURES: Mapping[str, _Failure] = MappingProxyType(
    {
        "fail": _Failure(
            gettext_noop("The studio could not draw this picture."),
            "provider_failed",
            permanent=True,
        ),
        "refuse": _Failure(gettext_noop("The provider refused the prompt."), "content_refused", permanent=True),
        "flaky": _Failure(gettext_noop("The studio is busy."), "provider_busy", permanent=False, retry_after_s=1.0),
    }
)
_BAD_REQUEST = _Failure(
    gettext_noop("The studio does not draw in this quality or aspect ratio."),
    "bad_request",
    permanent=True,
)


class SketchProvider:
    """Draws every picture itself: offline, deterministic, within a second.

    Words in the prompt play a provider's bad days:

    - `[slow]` takes four seconds (or `delay_s`, when that is longer);
    - `[fail]` fails for good, with code 'provider_failed';
    - `[refuse]` is refused for its content, with code 'content_refused';
    - `[flaky]` is answered 'provider_busy' at every attempt, as the provider keeps nothing
      between calls: worth a retry by its own account, and out of retries in the end.
    """

    name = "sketch"
    model = "studio-sketch-1"

    def __init__(self, *, delay_s: float = 0, fail: str | None = None, scale: float = 1.0) -> None:
        """`delay_s` and `fail` ('fail', 'refuse' or 'flaky') hold for every request.

        `scale` below 1 draws smaller pictures, for tests. Raises ValueError for another `fail`.
        """
        if fail is not None and fail not in _FAILURES:
            raise ValueError(f"fail must be one of {', '.join(_FAILURES)}, not {fail!r}")
        self._delay_s = delay_s
        self._fail = fail
        self._scale = scale

    def generate(self, request: ImageRequest) -> Sequence[GeneratedImage]:
        """Return `request.image_count` variations of one drawing; same request, same bytes."""
        sleep(self._wait_s(request.prompt))
        failure = self._failure(request)
        if failure is not None:
            raise failure.error()
        return [studio.draw(request, index, scale=self._scale) for index in range(request.image_count)]

    def _wait_s(self, prompt: str) -> float:
        return max(self._delay_s, _SLOW_S if "[slow]" in prompt else 0)

    def _failure(self, request: ImageRequest) -> _Failure | None:
        if request.aspect_ratio not in ASPECT_RATIOS or request.quality not in QUALITIES:
            return _BAD_REQUEST
        told = (word for word in _FAILURES if word == self._fail or f"[{word}]" in request.prompt)
        return next((_FAILURES[word] for word in told), None)
