"""The provider itself: calls the API, takes its images over, and says in our words what went wrong."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence

import httpx2
from django.utils import timezone
from django.utils.translation import gettext as _
from openai import APIStatusError, OpenAI, OpenAIError
from openai.types import Image

from apps.common.bounded_http import Bounds, Deadline, ExchangeFailed
from apps.common.fetching import Sources, fetch
from apps.generations.providers.base import GeneratedImage, ImageRequest, ProviderError
from apps.generations.providers.openai.models import model_named
from apps.generations.providers.openai.refusals import nonsense, refusal, silence
from apps.generations.providers.openai.transport import BoundedTransport
from apps.generations.providers.pictures import taken_over, unusable

MAX_IMAGE_BYTES = 20_000_000
MAX_ANSWER_BYTES = 64_000_000  # ten images of the largest size, as JPEG in Base64, twice over


class OpenAIProvider:
    """Images through OpenAI's Images API, or a server that speaks it (settable base URL).

    A request's calls and downloads share one deadline. The client's own retries are off: a job's attempts are the only
    ones. The API takes no seed; the job keeps the one that was drawn for it.
    """

    name = "openai"

    def __init__(
        self, *, api_key: str, base_url: str, model: str, timeout_s: float, result_hosts: tuple[str, ...]
    ) -> None:
        """``result_hosts``: from where images that come as an address may be fetched, beside the API's own origin."""
        self._api_key = api_key
        self._base_url = base_url
        self._timeout_s = timeout_s
        self.model = model
        self._abilities = model_named(model)
        self._sources = Sources(
            hosts=tuple(host for host in result_hosts if "://" not in host),
            origins=(base_url, *(host for host in result_hosts if "://" in host)),
        )

    def generate(self, request: ImageRequest) -> Sequence[GeneratedImage]:
        """Exactly ``request.image_count`` images, in as many calls as the model needs. Raises ProviderError."""
        deadline = Deadline(self._timeout_s)
        return [
            image
            for count in self._abilities.calls(request.image_count)
            for image in self._call(request, count, deadline)
        ]

    def _call(self, request: ImageRequest, count: int, deadline: Deadline) -> Iterator[GeneratedImage]:
        results = self._results(request, count, deadline)
        if len(results) != count:
            raise ProviderError(_("The provider made fewer or more images than asked."), "wrong_count", permanent=False)
        for result in results:
            yield taken_over(self._content(result, deadline), aspect_ratio=request.aspect_ratio)

    def _results(self, request: ImageRequest, count: int, deadline: Deadline) -> list[Image]:
        try:
            parameters = self._abilities.parameters(quality=request.quality, aspect_ratio=request.aspect_ratio)
        except KeyError:
            raise ProviderError(_("The provider can't make this image."), "bad_request", permanent=True) from None
        try:
            with self._client(deadline) as client:
                answer = client.images.generate(prompt=request.prompt, model=self.model, n=count, extra_body=parameters)
        except APIStatusError as error:
            raise refusal(error, now=timezone.now()) from error
        except ExchangeFailed as error:
            raise silence(error) from error
        except (OpenAIError, ValueError) as error:  # not JSON, or cut short
            raise nonsense(str(error)) from error
        return _listed(answer)

    def _client(self, deadline: Deadline) -> OpenAI:
        bounds = Bounds(deadline=deadline, max_bytes=MAX_ANSWER_BYTES)
        network = httpx2.Client(transport=BoundedTransport(bounds), follow_redirects=False, trust_env=False)
        return OpenAI(api_key=self._api_key, base_url=self._base_url, max_retries=0, http_client=network)

    def _content(self, result: Image, deadline: Deadline) -> bytes:
        """The image's file, out of the answer or from where the answer says."""
        if isinstance(result.b64_json, str):
            return _decoded(result.b64_json)
        if not isinstance(result.url, str):
            raise nonsense("an image with neither content nor address")
        try:
            return fetch(result.url, sources=self._sources, bounds=Bounds(deadline=deadline, max_bytes=MAX_IMAGE_BYTES))
        except ExchangeFailed as error:
            raise silence(error) from error


def _listed(answer: object) -> list[Image]:
    """The images of an answer. The client passes on whatever came with the status 200."""
    data = getattr(answer, "data", None)
    if not isinstance(data, list) or not all(isinstance(result, Image) for result in data):
        raise nonsense(f"{type(answer).__name__} without a list of images")
    return data


def _decoded(text: str) -> bytes:
    if len(text) > MAX_IMAGE_BYTES * 4 // 3:
        raise unusable()
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise unusable() from None
