"""Pictures from elsewhere: nothing but their pixels comes in, and nothing that is made to hurt."""

from contextlib import suppress
from io import BytesIO
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps, ImageStat
from PIL.PngImagePlugin import PngInfo

from apps.generations.providers.base import GeneratedImage, ProviderError
from apps.generations.providers.pictures import opened, taken_over, upright
from tests.generations.providers.files import bomb, saved


def reopened(image: GeneratedImage) -> Image.Image:
    picture = Image.open(BytesIO(image.content))
    picture.load()
    return picture


def with_notes() -> PngInfo:
    notes = PngInfo()
    notes.add_text("Author", "somebody")
    return notes


@pytest.mark.parametrize(
    "content",
    [
        saved("PNG", pnginfo=with_notes()),
        saved("JPEG", comment=b"somebody", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
        saved("WEBP", xmp=b"somebody"),
        saved("PNG") + b"<script>somebody</script>",
    ],
)
def test_only_the_pixels_are_kept(content: bytes) -> None:
    image = taken_over(content, aspect_ratio="1:1")

    assert b"somebody" not in image.content
    assert set(reopened(image).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "CMYK"])
def test_any_kind_of_pixels_becomes_a_jpeg_that_looks_the_same(mode: str) -> None:
    content = saved("JPEG" if mode == "CMYK" else "PNG", mode=mode, size=(64, 64))

    image = taken_over(content, aspect_ratio="1:1")

    difference = ImageChops.difference(opened(content).convert("RGB"), reopened(image))
    assert image.media_type == "image/jpeg"
    assert max(ImageStat.Stat(difference).mean) < 6


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_shines_through_stays_so(mode: str) -> None:
    image = taken_over(saved("PNG", mode=mode), aspect_ratio="1:1")

    assert (image.media_type, reopened(image).mode) == ("image/png", "RGBA")


def test_a_picture_on_its_side_is_turned_before_its_notes_are_dropped() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6

    image = taken_over(saved("JPEG", size=(48, 60), exif=turned), aspect_ratio="5:4")

    assert (image.width, image.height) == (60, 48)


def noted(how_held: int) -> bytes:
    """A picture with a place and other notes, of which no corner is like another."""
    notes, picture = Image.Exif(), Image.radial_gradient("L").crop((0, 0, 48, 60)).convert("RGB")
    notes[0x0112], notes[0x010E] = how_held, "somebody"
    notes[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}
    file = BytesIO()
    picture.save(file, "JPEG", exif=notes)
    return file.getvalue()


@pytest.mark.parametrize("how_held", range(10))
def test_a_picture_is_turned_as_its_notes_say(how_held: int) -> None:
    content = noted(how_held)

    assert upright(content).tobytes() == ImageOps.exif_transpose(opened(content)).tobytes()


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
@pytest.mark.parametrize("seed", range(20))
def test_damaged_notes_cost_nobody_the_picture(seed: int) -> None:
    chance = Random(seed)
    for _ in range(25):
        content = bytearray(noted(6))
        begin = content.index(b"Exif") + 6
        for _ in range(chance.randint(1, 6)):
            content[begin + chance.randrange(60)] = chance.randrange(256)
        assert b"somebody" not in taken_over(bytes(content), aspect_ratio="1:1").content


@pytest.mark.parametrize(
    ("size", "aspect_ratio", "cut"),
    [
        ((96, 64), "1:1", (64, 64)),
        ((64, 96), "9:16", (54, 96)),
        ((64, 96), "16:9", (64, 36)),
        ((1088, 1920), "9:16", (1088, 1920)),
    ],
)
def test_a_picture_of_another_shape_is_cut_to_the_one_asked_for(
    size: tuple[int, int], aspect_ratio: str, cut: tuple[int, int]
) -> None:
    image = taken_over(saved("PNG", size=size), aspect_ratio=aspect_ratio)

    assert (image.width, image.height) == reopened(image).size == cut


@pytest.mark.parametrize("size", [(4_100, 4_100), (10_000, 10_000), (30_000, 30_000), (1, 20_000_000)])
def test_a_small_file_of_a_huge_picture_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ProviderError):
        opened(bomb(*size) if size[0] > 1 else bomb(*size)[:200])


@given(kind=st.sampled_from(["PNG", "JPEG", "WEBP"]), seed=st.integers(0, 2**32), cut=st.floats(0, 1))
def test_a_damaged_file_is_a_picture_or_refused_and_nothing_else(kind: str, seed: int, cut: float) -> None:
    chance, content = Random(seed), bytearray(saved(kind))
    for _ in range(chance.randint(0, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    with suppress(ProviderError):
        opened(bytes(content[: round(len(content) * cut)]))
