"""The provider that calls OpenAI's API: over real HTTP, on good days and on every kind of bad one."""

from base64 import b64encode
from datetime import timedelta
from email.utils import format_datetime
from io import BytesIO

import openai
import pytest
from django.conf import LazySettings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from apps.generations.providers import chosen
from apps.generations.providers.base import ImageRequest, ProviderError
from apps.generations.providers.openai.provider import MAX_ANSWER_BYTES, OpenAIProvider
from apps.generations.providers.sketch import SketchProvider
from tests.generations.providers.files import bomb, saved
from tests.images_api import KEY, ImagesApi, Reply, as_json, drawn, error, listing, pictures


def provider(api: ImagesApi, *, model: str = "gpt-image-2", timeout_s: float = 30) -> OpenAIProvider:
    return OpenAIProvider(
        api_key=KEY, base_url=api.base_url, model=model, timeout_s=timeout_s, result_hosts=(".example.com",)
    )


def request_for(
    *, quality: str = "standard", aspect_ratio: str = "1:1", image_count: int = 1, prompt: str = "a quiet beach"
) -> ImageRequest:
    return ImageRequest(prompt, quality, aspect_ratio, image_count, seed=7)


def refusal(api: ImagesApi, *, timeout_s: float = 30, image_count: int = 1) -> ProviderError:
    """What the provider says when it has no images to give."""
    with pytest.raises(ProviderError) as caught:
        provider(api, timeout_s=timeout_s).generate(request_for(image_count=image_count))
    return caught.value


def in_the_answer(*files: bytes) -> Reply:
    return listing([{"b64_json": b64encode(file).decode()} for file in files])


def addresses(*urls: str) -> Reply:
    return listing([{"url": url} for url in urls])


# --- What is asked, and what comes ---


def test_images_in_the_answer_become_ours(api: ImagesApi) -> None:
    images = provider(api).generate(request_for(image_count=2))

    assert [(image.media_type, image.width, image.height) for image in images] == [("image/jpeg", 128, 128)] * 2
    assert Image.open(BytesIO(images[0].content)).size == (128, 128)
    assert api.keys == [f"Bearer {KEY}"]


def test_images_by_address_are_fetched_from_the_apis_own_origin(api: ImagesApi) -> None:
    api.files["/files/1.png"] = Reply(body=drawn("1024x1024", "PNG"))
    api.answers(addresses(f"{api.origin}/files/1.png"))

    (image,) = provider(api).generate(request_for())

    assert (image.media_type, image.width, api.fetched) == ("image/jpeg", 128, ["/files/1.png"])


def test_one_call_asks_for_the_prompt_the_number_the_size_and_the_quality(api: ImagesApi) -> None:
    provider(api).generate(request_for(quality="hq", aspect_ratio="16:9", image_count=3))

    assert api.asked == [
        {
            "prompt": "a quiet beach",
            "model": "gpt-image-2",
            "n": 3,
            "size": "1920x1088",
            "quality": "high",
            "output_format": "jpeg",
            "output_compression": 95,
        }
    ]


@pytest.mark.parametrize(
    ("model", "count", "calls"), [("gpt-image-2", 12, [10, 2]), ("dall-e-3", 2, [1, 1]), ("sdxl-of-my-own", 2, [1, 1])]
)
def test_more_images_than_a_call_gives_are_asked_for_in_several(
    api: ImagesApi, model: str, count: int, calls: list[int]
) -> None:
    images = provider(api, model=model).generate(request_for(image_count=count))

    assert (len(images), [asked["n"] for asked in api.asked]) == (count, calls)


def test_a_model_of_few_sizes_is_asked_for_the_nearest_and_the_rest_is_cut_off(api: ImagesApi) -> None:
    (image,) = provider(api, model="gpt-image-1.5").generate(request_for(aspect_ratio="9:16"))

    assert api.asked[0]["size"] == "1024x1536"
    assert (image.width, image.height) == (108, 192)


def test_a_server_of_ones_own_is_told_nothing_that_only_openai_understands(api: ImagesApi) -> None:
    provider(api, model="flux").generate(request_for(quality="hq", aspect_ratio="4:5"))

    assert set(api.asked[0]) == {"prompt", "model", "n", "size", "response_format"}
    assert api.asked[0]["size"] == "1344x1680"


def test_what_the_stand_in_answers_is_what_the_official_client_expects(api: ImagesApi) -> None:
    with openai.OpenAI(api_key=KEY, base_url=api.base_url, _strict_response_validation=True, max_retries=0) as client:
        answer = client.images.generate(prompt="a quiet beach", model="gpt-image-2", size="1024x1024", n=2)
        api.answers(error(400, code="moderation_blocked"), error(429), error(503))
        with pytest.raises(openai.BadRequestError) as refused:
            client.images.generate(prompt="no")
        with pytest.raises(openai.RateLimitError):
            client.images.generate(prompt="no")
        with pytest.raises(openai.InternalServerError):
            client.images.generate(prompt="no")

    assert [bool(image.b64_json) for image in answer.data or []] == [True, True]
    assert refused.value.code == "moderation_blocked"


def test_the_settings_choose_the_provider(api: ImagesApi, settings: LazySettings) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = KEY, api.base_url
    for name, kind in (("openai", OpenAIProvider), ("sketch", SketchProvider)):
        settings.IMAGE_PROVIDER = name
        chosen.provider.cache_clear()
        assert isinstance(chosen.provider(), kind)
    chosen.provider.cache_clear()


# --- No, not now, and silence ---


@pytest.mark.parametrize("code", ["content_policy_violation", "moderation_blocked"])
def test_a_refusal_for_content_is_for_good_and_in_our_words(api: ImagesApi, code: str) -> None:
    api.answers(error(400, code=code))

    refused = refusal(api)

    assert (refused.code, refused.permanent) == ("content_refused", True)
    assert KEY not in refused.message


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (error(400, code="invalid_size"), "bad_request"),
        (error(404, code="model_not_found"), "bad_request"),
        (error(401, code="invalid_api_key"), "provider_unavailable"),
        (error(403), "provider_unavailable"),
        (error(429, code="insufficient_quota"), "provider_unavailable"),
        (Reply(status=307, headers={"Location": "http://127.0.0.1:1/v1/images/generations"}), "provider_unavailable"),
    ],
)
def test_what_a_repetition_cannot_mend_is_for_good(api: ImagesApi, reply: Reply, code: str) -> None:
    api.answers(reply)

    refused = refusal(api)

    assert (refused.code, refused.permanent, len(api.asked)) == (code, True, 1)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_a_bad_time_is_worth_another_try_which_is_not_the_clients(api: ImagesApi, status: int) -> None:
    api.answers(error(status))

    refused = refusal(api)

    assert (refused.code, refused.permanent, refused.retry_after_s) == ("provider_busy", False, None)
    assert len(api.asked) == 1


def test_a_time_to_wait_is_passed_on_in_seconds(api: ImagesApi) -> None:
    api.answers(error(429, headers={"Retry-After": "17"}))

    assert refusal(api).retry_after_s == 17


def test_a_time_to_wait_is_passed_on_when_it_is_a_date(api: ImagesApi) -> None:
    moment = timezone.now() + timedelta(hours=1)
    api.answers(error(503, headers={"Retry-After": format_datetime(moment, usegmt=True)}))

    assert refusal(api).retry_after_s == pytest.approx(3600, abs=60)


def test_an_api_that_keeps_silent_is_given_up_in_time(api: ImagesApi) -> None:
    with api.holding_its_answers():
        assert refusal(api, timeout_s=0.3).code == "provider_timeout"


@pytest.mark.parametrize("where", ["answer", "file"])
def test_an_answer_that_only_drips_is_given_up_in_time(api: ImagesApi, where: str) -> None:
    """Each byte comes well within any time limit for a read."""
    drop = Reply(body=b" " * 1_000, drips_every_s=0.05)
    api.files["/slow.png"] = drop
    api.answers(drop if where == "answer" else addresses(f"{api.origin}/slow.png"))

    assert refusal(api, timeout_s=0.5).code == "provider_timeout"


def test_nobody_there_is_worth_another_try() -> None:
    with ImagesApi().running() as gone:
        pass

    refused = refusal(gone)

    assert (refused.code, refused.permanent) == ("provider_unreachable", False)


# --- Lies ---

SCALAR = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
ANYTHING = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALAR.map(str), inner))
RESULT = st.fixed_dictionaries({}, optional={"b64_json": ANYTHING, "url": ANYTHING})
WHOLE = pictures({"size": "1024x1024", "n": 1})


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        pytest.param(Reply(body=WHOLE.body[:500], claims=len(WHOLE.body)), "provider_unreachable", id="broken off"),
        pytest.param(Reply(body=WHOLE.body[:500], headers=WHOLE.headers), "bad_answer", id="cut short"),
        pytest.param(Reply(body=b"<html>Welcome", headers={"Content-Type": "text/html"}), "bad_answer", id="a page"),
        pytest.param(
            Reply(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}), "provider_unreachable", id="packed"
        ),
        pytest.param(as_json([]), "bad_answer", id="a list"),
        pytest.param(as_json({"created": 1}), "bad_answer", id="no data"),
        pytest.param(as_json({"data": "none"}), "bad_answer", id="data of another type"),
        pytest.param(as_json({"data": ["none"]}), "bad_answer", id="results of another type"),
        pytest.param(listing([{}]), "bad_answer", id="an empty result"),
        pytest.param(listing([{"b64_json": "!!!"}]), "bad_image", id="not Base64"),
        pytest.param(in_the_answer(b"<script>alert(1)</script>"), "bad_image", id="no image"),
        pytest.param(in_the_answer(drawn("1024x1024")[:900]), "bad_image", id="half an image"),
        pytest.param(in_the_answer(saved("GIF")), "bad_image", id="of another format"),
        pytest.param(in_the_answer(bomb(20_000, 20_000)), "bad_image", id="a bomb"),
        pytest.param(in_the_answer(bomb(5_000, 5_000)), "bad_image", id="too many pixels"),
    ],
)
def test_a_lie_is_found_out_and_worth_another_try(api: ImagesApi, reply: Reply, code: str) -> None:
    api.answers(reply)

    refused = refusal(api)

    assert (refused.code, refused.permanent) == (code, False)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=ANYTHING | st.fixed_dictionaries({"data": ANYTHING | st.lists(RESULT, max_size=2)}))
def test_whatever_json_comes_is_no_image_and_breaks_nothing(api: ImagesApi, content: object) -> None:
    api.answers(as_json(content))

    assert refusal(api).code in {"bad_answer", "bad_image", "wrong_count", "provider_unavailable"}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_fewer_or_more_images_than_asked_are_refused_before_any_is_fetched(api: ImagesApi, count: int) -> None:
    api.answers(addresses(*[f"{api.origin}/1.png"] * count))

    assert (refusal(api, image_count=2).code, api.fetched) == ("wrong_count", [])


def test_an_answer_without_end_is_not_read_to_its_end(api: ImagesApi) -> None:
    api.answers(Reply(body=b" " * (MAX_ANSWER_BYTES + 1)))

    assert refusal(api).code == "provider_unreachable"


def test_an_address_of_another_host_is_never_opened_and_never_tried_again(api: ImagesApi) -> None:
    with ImagesApi().running() as elsewhere:
        api.answers(addresses(f"{elsewhere.origin}/1.png"))
        refused = refusal(api)

    assert (refused.code, refused.permanent, elsewhere.fetched) == ("provider_unavailable", True, [])


def test_an_address_that_leads_on_is_not_followed(api: ImagesApi) -> None:
    with ImagesApi().running() as elsewhere:
        api.files["/1.png"] = Reply(status=302, headers={"Location": f"{elsewhere.origin}/1.png"})
        api.answers(addresses(f"{api.origin}/1.png"))

        assert (refusal(api).code, elsewhere.fetched) == ("provider_unreachable", [])
