"""Images are sent to their owner: whole, in part, or not again."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.generations.models import GenerationJob, ImageDownload
from tests.conftest import SignedIn
from tests.factories import on_plan
from tests.generations.past import made, pruned, sent, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(owner: User) -> GenerationJob:
    """One image."""
    return made(on_plan(owner))


def address(job: GenerationJob, part: str = "") -> str:
    return f"/gallery/{job.pk}/images/1/{part}"


def test_an_image_comes_as_what_it_is_and_stays_with_its_owner(
    owner: User, job: GenerationJob, browser_of: type[SignedIn]
) -> None:
    answer = browser_of(owner).get(address(job), headers={"accept-encoding": "gzip"})

    assert sent(answer) == stored(job)
    assert answer["Content-Type"] == job.images.get().media_type
    assert answer["Content-Length"] == str(len(stored(job)))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Content-Disposition"].startswith(f'inline; filename="{job.pk}-1.')
    assert answer["Cache-Control"] == "private, max-age=3600"
    assert {"Cookie", "Authorization"} <= set(answer["Vary"].split(", "))
    assert "Content-Encoding" not in answer


def test_a_thumbnail_is_webp_and_smaller(owner: User, job: GenerationJob, browser_of: type[SignedIn]) -> None:
    for url in (address(job, "thumbnail/"), f"/gallery/{job.pk}/thumbnail/"):
        answer = browser_of(owner).get(url)

        assert answer["Content-Type"] == "image/webp"
        assert 0 < len(sent(answer)) < len(stored(job))


@pytest.mark.parametrize("part", ["", "thumbnail/"])
def test_what_the_browser_has_is_not_sent_again(
    owner: User, job: GenerationJob, browser_of: type[SignedIn], part: str
) -> None:
    browser = browser_of(owner)
    first = browser.get(address(job, part))
    sent(first)

    again = browser.get(address(job, part), headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]


def test_an_image_and_its_thumbnail_are_not_taken_for_each_other(
    owner: User, job: GenerationJob, browser_of: type[SignedIn]
) -> None:
    answers = [browser_of(owner).get(address(job, part)) for part in ("", "thumbnail/")]

    assert len({answer["ETag"] for answer in answers}) == len({sent(answer) for answer in answers}) == 2


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=5-99999999", slice(5, None)),
        ("bytes=-99999999", slice(None)),
    ],
)
def test_a_part_is_sent_where_one_is_asked_for(
    owner: User, job: GenerationJob, browser_of: type[SignedIn], asked: str, part: slice
) -> None:
    whole = stored(job)

    answer = browser_of(owner).get(address(job), headers={"range": asked})

    first, last, _step = part.indices(len(whole))
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last - 1}/{len(whole)}"
    assert answer.content == whole[part]


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_part_outside_of_the_file_is_refused(
    owner: User, job: GenerationJob, browser_of: type[SignedIn], asked: str
) -> None:
    answer = browser_of(owner).get(address(job), headers={"range": asked})

    assert (answer.status_code, answer.content) == (416, b"")
    assert answer["Content-Range"] == f"bytes */{len(stored(job))}"


@pytest.mark.parametrize(
    "headers",
    [
        {"range": "bytes=9-5"},
        {"range": "bytes=-"},
        {"range": "bytes=0-1,3-4"},
        {"range": "lines=0-1"},
        {"range": "bytes=" + "9" * 40 + "-"},
        {"range": "bytes=0-9", "if-range": '"another"'},
    ],
)
def test_a_range_that_is_not_understood_gets_the_whole(
    owner: User, job: GenerationJob, browser_of: type[SignedIn], headers: dict[str, str]
) -> None:
    answer = browser_of(owner).get(address(job), headers=headers)

    assert answer.status_code == 200
    assert sent(answer) == stored(job)


@pytest.mark.parametrize("part", ["", "thumbnail/"])
def test_an_image_of_someone_else_answers_like_one_that_does_not_exist(
    stranger: User, teammate: User, job: GenerationJob, browser_of: type[SignedIn], part: str
) -> None:
    for person in (stranger, teammate):
        browser = browser_of(person)
        theirs, missing = (browser.get(f"/gallery/{id_}/images/1/{part}") for id_ in (job.pk, uuid4()))

        assert theirs.status_code == missing.status_code == 404
        assert theirs.content == missing.content


def test_no_public_path_leads_to_the_file(job: GenerationJob, files: Callable[[], list[Path]]) -> None:
    name = job.images.get().file.name

    for prefix in ("/", "/media/", "/static/", "/gallery/"):
        assert Client().get(f"{prefix}{name}").status_code in {302, 404}
    assert any(str(path).endswith(str(name)) for path in files())


def test_a_download_is_a_file_and_is_written_down(owner: User, job: GenerationJob, browser_of: type[SignedIn]) -> None:
    answer = browser_of(owner).post(address(job, "download/"))

    assert sent(answer) == stored(job)
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{job.pk}-1.')
    noted = ImageDownload.objects.get()
    assert (noted.user, noted.job, noted.image) == (owner, job, job.images.get())
    assert noted.downloaded_at > job.created_at


def test_looking_is_not_taking_away(owner: User, job: GenerationJob, browser_of: type[SignedIn]) -> None:
    browser = browser_of(owner)

    sent(browser.get(address(job)))
    refused = browser.get(address(job, "download/"))

    assert refused.status_code == 405
    assert not ImageDownload.objects.exists()


@pytest.mark.parametrize("part", ["", "thumbnail/", "download/"])
def test_an_image_that_is_no_longer_kept_is_gone_in_words(owner: User, browser_of: type[SignedIn], part: str) -> None:
    job = pruned(on_plan(owner))
    browser = browser_of(owner)

    answer = (browser.post if part == "download/" else browser.get)(address(job, part))

    assert answer.status_code == 410
    assert "no longer kept" in answer.text
    assert f"/gallery/{job.pk}/" in answer.text
    assert not ImageDownload.objects.exists()


def test_that_it_is_gone_is_told_to_nobody_else(owner: User, stranger: User, browser_of: type[SignedIn]) -> None:
    job = pruned(on_plan(owner))

    assert browser_of(stranger).get(address(job)).status_code == 404


def test_a_file_that_the_storage_lost_is_gone_as_well(
    owner: User, job: GenerationJob, browser_of: type[SignedIn], files: Callable[[], list[Path]]
) -> None:
    for path in files():
        path.unlink()

    assert browser_of(owner).get(address(job)).status_code == 410
