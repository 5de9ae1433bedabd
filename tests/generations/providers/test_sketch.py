"""The embedded provider: what it draws, and how it fails when it is told to."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from apps.generations.providers.aspect_ratios import ASPECT_RATIOS
from apps.generations.providers.base import (
    GeneratedImage,
    ImageRequest,
    Provider,
    ProviderError,
)
from apps.generations.providers.sketch import SketchProvider
from apps.generations.providers.sketch.reading import read
from apps.generations.providers.sketch.scenes import SUBJECTS

SMALL: Provider = SketchProvider(scale=0.1)


def request_for(
    prompt: str = "Luna on the beach at sunset",
    *,
    quality: str = "standard",
    aspect_ratio: str = "1:1",
    image_count: int = 1,
    seed: int = 7,
) -> ImageRequest:
    return ImageRequest(prompt, quality, aspect_ratio, image_count, seed)


def drawn(request: ImageRequest) -> bytes:
    (image,) = SMALL.generate(request)
    return image.content


def opened(image: GeneratedImage) -> Image.Image:
    picture = Image.open(BytesIO(image.content))
    picture.load()
    return picture


def refusal(provider: Provider, prompt: str = "a quiet lake") -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        provider.generate(request_for(prompt))
    return caught.value


def test_the_same_request_draws_the_same_bytes() -> None:
    assert drawn(request_for()) == drawn(request_for())


@pytest.mark.parametrize(
    "other",
    [
        request_for("Luna in the city at night"),
        request_for(seed=8),
        request_for(quality="hq"),
        request_for(aspect_ratio="9:16"),
    ],
)
def test_every_part_of_the_request_changes_the_picture(other: ImageRequest) -> None:
    assert drawn(other) != drawn(request_for())


def test_another_process_draws_the_same_bytes() -> None:
    program = (
        "import sys\n"
        "from tests.generations.providers.test_sketch import drawn, request_for\n"
        "sys.stdout.buffer.write(drawn(request_for()))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "77"},
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        check=True,
    )

    assert elsewhere.stdout == drawn(request_for())


def test_images_of_one_request_are_variations() -> None:
    images = SMALL.generate(request_for(image_count=4))

    assert len({image.content for image in images}) == 4


@pytest.mark.parametrize("aspect_ratio", ASPECT_RATIOS)
def test_the_picture_has_the_shape_that_was_asked_for(aspect_ratio: str) -> None:
    (image,) = SMALL.generate(request_for(aspect_ratio=aspect_ratio))
    across, down = map(int, aspect_ratio.split(":"))

    assert opened(image).size == (image.width, image.height)
    assert image.width / image.height == pytest.approx(across / down, rel=0.03)


def test_a_standard_square_is_a_megapixel_jpeg_of_moderate_size() -> None:
    (image,) = SketchProvider().generate(request_for())

    assert (image.width, image.height) == (1024, 1024)
    assert image.media_type == Image.MIME[str(opened(image).format)]
    assert len(image.content) < 400_000


def test_hq_has_more_pixels_than_standard() -> None:
    (standard,) = SMALL.generate(request_for())
    (hq,) = SMALL.generate(request_for(quality="hq"))

    assert hq.width > standard.width


def test_hq_is_the_same_drawing_in_finer_detail() -> None:
    provider = SketchProvider(scale=0.25)
    (standard,) = provider.generate(request_for())
    (hq,) = provider.generate(request_for(quality="hq"))

    difference = ImageChops.difference(opened(standard), opened(hq).resize((standard.width, standard.height)))

    assert max(ImageStat.Stat(difference).mean) < 12


def colours(prompt: str) -> set[tuple[int, int, int]]:
    """The colours of a picture, coarsely."""
    (image,) = SMALL.generate(request_for(prompt))
    small = opened(image).convert("P", palette=Image.Palette.ADAPTIVE, colors=12).convert("RGB").resize((24, 24), 0)
    pixels = small.tobytes()
    return set(zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True))


def redness(colour: tuple[int, int, int]) -> int:
    return colour[0] - max(colour[1], colour[2])


@pytest.mark.parametrize("piece", ["jacket", "dress", "shirt", "sweater"])
def test_clothes_have_the_colour_that_the_prompt_gives_them(piece: str) -> None:
    red = max(map(redness, colours(f"portrait of a woman wearing a red {piece}, fog")))
    black = max(map(redness, colours(f"portrait of a woman wearing a black {piece}, fog")))

    assert red > 80 > black


@pytest.mark.parametrize("prompt", ["my cat in the living room at night", "a dog on the beach", "two puppies"])
def test_an_animal_is_the_subject_wherever_it_is(prompt: str) -> None:
    assert read(prompt, seed=1).place is SUBJECTS[0]


def test_a_person_is_drawn_before_a_place() -> None:
    reading = read("street style photo of Zoe in Paris", seed=1)

    assert reading.has_person
    assert reading.place
    assert reading.place.name == "city"


DRAW_ALL = """
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tests.generations.providers.test_sketch import request_for
from apps.generations.providers.sketch import SketchProvider
from apps.generations.providers.sketch.scenes import SCENES, SUBJECTS

for scene in (*SCENES, *SUBJECTS):
    SketchProvider().generate(request_for(f"a woman and {min(scene.words)}", quality="hq"))
status = Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
print(peaks[0] if peaks else getrusage(RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_drawing_any_scene_takes_little_memory() -> None:
    """Of a whole process, Python included, at its peak; and in HQ, which has twice the pixels of a standard image."""
    elsewhere = subprocess.run(
        [sys.executable, "-c", DRAW_ALL], cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, check=True
    )

    assert int(elsewhere.stdout) < 150_000  # KiB


@settings(max_examples=40, deadline=None)
@given(prompt=st.text(alphabet=st.characters(), max_size=80), seed=st.integers())
def test_any_text_and_seed_draw(prompt: str, seed: int) -> None:
    (image,) = SketchProvider(scale=0.06).generate(request_for(prompt, seed=seed))

    assert opened(image).size == (image.width, image.height)


@pytest.mark.parametrize(
    ("word", "code", "permanent"),
    [
        ("fail", "provider_failed", True),
        ("refuse", "content_refused", True),
        ("flaky", "provider_busy", False),
    ],
)
def test_a_word_in_the_prompt_or_a_setting_makes_it_fail(word: str, code: str, permanent: bool) -> None:
    by_prompt = refusal(SMALL, f"a quiet lake [{word}]")
    by_setting = refusal(SketchProvider(fail=word))

    assert (by_prompt.code, by_prompt.permanent) == (code, permanent)
    assert (by_setting.code, by_setting.message) == (by_prompt.code, by_prompt.message)


def test_only_a_transient_error_names_a_time_to_retry() -> None:
    assert refusal(SMALL, "[flaky]").retry_after_s
    assert refusal(SMALL, "[fail]").retry_after_s is None


def test_an_unknown_aspect_ratio_is_refused_for_good() -> None:
    with pytest.raises(ProviderError) as caught:
        SMALL.generate(request_for(aspect_ratio="7:1"))

    assert (caught.value.code, caught.value.permanent) == ("bad_request", True)


def test_an_unknown_way_to_fail_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ValueError, match="fail must be one of"):
        SketchProvider(fail="explode")
