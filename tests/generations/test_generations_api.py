"""Generations in the JSON API: asked for, listed, looked at, tried again."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.common.schemas import utc_text
from apps.credits import ledger
from apps.generations import api, characters, operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure
from apps.generations.states import Status
from tests.conftest import Program, SignedIn
from tests.factories import CharacterFactory, issued, on_plan, wish, with_credits
from tests.generations.past import failed, made, pruned, sent, stored

pytestmark = pytest.mark.django_db

URL = "/api/v1/generations"
BEACH = {"prompt": "a quiet beach"}


@pytest.fixture
def program(owner: User) -> Program:
    """A program of the owner's, who is on a plan with 50 credits, that may ask for generations and read them."""
    on_plan(owner)
    return Program(issued(owner, Scope.GENERATIONS_READ, Scope.GENERATIONS_WRITE).secret)


def post(program: Client, body: Any = BEACH, key: str = "", url: str = URL) -> Any:
    headers = {"idempotency-key": key} if key else {}
    return program.post(url, body, content_type="application/json", headers=headers)


def amounts(user: User) -> list[int]:
    return list(user.credit_transactions.in_order().values_list("amount", flat=True))


def test_a_generation_is_charged_queued_and_told(owner: User, program: Program) -> None:
    luna = CharacterFactory.create(user=owner, name="Luna")

    asked = {"quality": "hq", "aspectRatio": "9:16", "imageCount": 2, "character": str(luna.pk), "seed": 7}
    answer = post(program, BEACH | asked)

    job = GenerationJob.objects.get()
    here = f"http://testserver{URL}/{job.pk}"
    assert (answer.status_code, answer["Location"]) == (201, here)
    assert answer.json() == {
        "id": str(job.pk),
        "status": "queued",
        "prompt": "a quiet beach",
        "promptId": None,
        "quality": "hq",
        "aspectRatio": "9:16",
        "imageCount": 2,
        "seed": 7,
        "character": {"id": str(luna.pk), "name": "Luna"},
        "creditsUsed": 4,
        "creditsRefunded": 0,
        "createdAt": utc_text(job.created_at),
        "startedAt": None,
        "completedAt": None,
        "error": "",
        "errorCode": "",
        "metadata": {},
        "retriedFrom": None,
        "retriedAs": None,
        "prunedAt": None,
        "images": [],
        "links": {
            "self": here,
            "page": f"http://testserver/gallery/{job.pk}/",
            "activity": f"http://testserver/activity/generation_job/{job.pk}/",
        },
    }
    assert amounts(owner) == [50, -4]


def test_what_is_left_out_is_the_default(program: Program) -> None:
    told = post(program).json()

    assert (told["quality"], told["aspectRatio"], told["imageCount"], told["character"]) == ("standard", "1:1", 1, None)
    assert isinstance(told["seed"], int)


def test_an_image_is_fetched_with_the_token_that_may_read_it(owner: User, program: Program) -> None:
    job = made(owner, image_count=2)

    told = program.get(f"{URL}/{job.pk}").json()

    assert [image["position"] for image in told["images"]] == [1, 2]
    first = told["images"][0]
    picture = program.get(first["url"])
    assert (picture.status_code, picture["Content-Type"]) == (200, first["mediaType"])
    assert sent(picture) == stored(job)
    thumbnail = program.get(first["thumbnailUrl"])
    assert thumbnail["Content-Type"] == "image/webp"
    assert 0 < len(sent(thumbnail)) < len(sent(program.get(first["url"])))
    assert told["metadata"]["processingTimeMs"] >= 0
    assert told["metadata"]["parameters"]["aspectRatio"] == "1:1"


def test_a_session_fetches_it_too(owner: User, program: Program, browser_of: type[SignedIn]) -> None:
    job = made(owner)

    assert sent(browser_of(owner).get(f"{URL}/{job.pk}/images/1")) == stored(job)


def test_an_image_that_is_no_longer_kept_is_gone_and_its_place_says_so(owner: User, program: Program) -> None:
    job = pruned(owner)

    told = program.get(f"{URL}/{job.pk}").json()
    answer = program.get(f"{URL}/{job.pk}/images/1")

    assert told["prunedAt"]
    assert [(image["url"], image["thumbnailUrl"]) for image in told["images"]] == [(None, None)]
    assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
    assert answer.json()["type"] == "/api/v1/docs#problem-image-gone"


@pytest.mark.parametrize("position", ["0", "2", "-1", "x", "9" * 30])
def test_an_image_that_never_was_is_not_there(owner: User, program: Program, position: str) -> None:
    job = made(owner)

    assert program.get(f"{URL}/{job.pk}/images/{position}").status_code == 404


def test_the_same_key_and_body_give_the_same_generation_charged_once(owner: User, program: Program) -> None:
    first, again = (post(program, key="once") for _ in range(2))

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert amounts(owner) == [50, -1]


def test_a_repeated_request_tells_how_things_stand_by_then(owner: User, program: Program) -> None:
    job_id = post(program, key="once").json()["id"]
    operations.settle(job_id=job_id, user_id=owner.pk, outcome=Failure(error="It broke.", code="broke"))

    told = post(program, key="once").json()

    assert (told["id"], told["status"], told["creditsRefunded"]) == (job_id, "failed", 1)


@pytest.mark.parametrize("other", [{"prompt": "a mountain"}, {"imageCount": 2}, {"seed": 8}])
def test_the_same_key_with_another_body_is_refused(owner: User, program: Program, other: dict[str, Any]) -> None:
    post(program, BEACH | {"seed": 7}, key="once")

    answer = post(program, BEACH | {"seed": 7} | other, key="once")

    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/v1/docs#problem-key-reused"
    assert amounts(owner) == [50, -1]


def test_a_key_says_nothing_about_forms_retries_or_other_people(owner: User, stranger: User, program: Program) -> None:
    job = failed(owner)
    again = operations.retry(job=job)

    mine = post(program, key=f"retry:{job.pk}").json()["id"]
    theirs = post(Program(issued(on_plan(stranger)).secret), key=f"retry:{job.pk}").json()["id"]

    assert len({str(again.pk), mine, theirs}) == 3


def test_without_a_key_each_request_is_a_generation(owner: User, program: Program) -> None:
    assert post(program).json()["id"] != post(program).json()["id"]


@pytest.mark.parametrize("key", ["a key", "ключ".encode().decode("latin-1"), "k" * 129])
def test_a_key_that_is_none_is_refused(program: Program, key: str) -> None:
    answer = post(program, key=key)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["header"].lower() == "idempotency-key"


@pytest.mark.parametrize(
    ("part", "pointer"),
    [
        ({"prompt": ""}, "#/prompt"),
        ({"prompt": "   \n "}, "#/prompt"),
        ({"prompt": "a" * 4001}, "#/prompt"),
        ({"prompt": "a\0b"}, "#/prompt"),
        ({"prompt": None}, "#/prompt"),
        ({"quality": "best"}, "#/quality"),
        ({"aspectRatio": "2:1"}, "#/aspectRatio"),
        ({"imageCount": 0}, "#/imageCount"),
        ({"imageCount": 9}, "#/imageCount"),
        ({"imageCount": "2"}, "#/imageCount"),
        ({"imageCount": True}, "#/imageCount"),
        ({"seed": -1}, "#/seed"),
        ({"seed": 2**31}, "#/seed"),
        ({"character": "luna"}, "#/character"),
        ({"character": str(UUID(int=7))}, "#/character"),
        ({"image_cuont": 2}, "#/image_cuont"),
    ],
)
def test_a_wrong_part_is_named_and_nothing_is_charged(
    owner: User, program: Program, part: dict[str, Any], pointer: str
) -> None:
    answer = post(program, BEACH | part)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert amounts(owner) == [50]


def test_a_strangers_or_archived_influencer_is_as_unknown_as_none(
    owner: User, stranger: User, program: Program
) -> None:
    theirs, archived = CharacterFactory.create(user=stranger), CharacterFactory.create(user=owner)
    characters.archive(user=owner, character_id=archived.pk)

    answers = [post(program, BEACH | {"character": str(id_)}) for id_ in (theirs.pk, archived.pk, uuid4())]

    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '"beach"'])
def test_a_body_that_is_no_request_is_a_problem(program: Program, body: str) -> None:
    answer = program.post(URL, body, content_type="application/json")

    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"


def test_too_few_credits_are_told_with_what_is_there(stranger: User) -> None:
    poor = Program(issued(with_credits(stranger, 3)).secret)

    answer = post(poor, BEACH | {"imageCount": 2, "quality": "hq"})

    assert answer.status_code == 402
    assert answer.json()["type"] == "/api/v1/docs#problem-insufficient-credits"
    assert "4 credits" in answer.json()["detail"]
    assert "3 credits" in answer.json()["detail"]


def test_a_reached_limit_is_told_with_what_is_left(owner: User, program: Program) -> None:
    User.objects.filter(pk=owner.pk).update(current_period_count=48)

    answer = post(program, BEACH | {"imageCount": 3})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/v1/docs#problem-limit-reached"
    assert "2 images left" in answer.json()["detail"]
    assert amounts(owner) == [50]


def test_a_failed_generation_is_tried_again_once_and_both_name_each_other(owner: User, program: Program) -> None:
    job = failed(owner)

    first, again = (post(program, url=f"{URL}/{job.pk}/retry", body={}) for _ in range(2))

    assert first.status_code == 201
    assert first.json() == again.json()
    assert first.json()["retriedFrom"] == str(job.pk)
    assert program.get(f"{URL}/{job.pk}").json()["retriedAs"] == first.json()["id"]
    assert amounts(owner) == [50, -1, 1, -1]


def test_what_has_not_failed_is_not_tried_again(owner: User, program: Program) -> None:
    answer = post(program, url=f"{URL}/{made(owner).pk}/retry", body={})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/v1/docs#problem-not-retryable"


def test_the_list_is_newest_first_and_each_filter_narrows_it(owner: User, program: Program) -> None:
    luna = CharacterFactory.create(user=owner)
    jobs = [made(owner), failed(owner), operations.request(user=owner, wish=wish(character=luna))]
    ids = [str(job.pk) for job in jobs]
    second = GenerationJob.objects.get(pk=jobs[1].pk).created_at

    def listed(**query: Any) -> list[str]:
        return [item["id"] for item in program.get(URL, query).json()["items"]]

    assert listed() == ids[::-1]
    assert listed(status="completed") == ids[:1]
    assert listed(status="failed") == ids[1:2]
    assert listed(character=luna.pk) == ids[2:]
    assert listed(since=utc_text(second)) == ids[:0:-1]
    assert listed(since=(second + timedelta(days=1)).isoformat()) == []


def test_an_item_of_the_list_is_the_generation(owner: User, program: Program) -> None:
    for job in (made(owner, image_count=2), failed(owner), pruned(owner)):
        operations.request(user=owner, wish=wish())
        items = {item["id"]: item for item in program.get(URL).json()["items"]}
        assert items[str(job.pk)] == program.get(f"{URL}/{job.pk}").json()


def test_a_walk_meets_each_generation_once_though_they_end_and_come_meanwhile(owner: User, program: Program) -> None:
    jobs = [operations.request(user=owner, wish=wish()) for _ in range(7)]
    walked: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while "cursor" not in query or query["cursor"]:
        page = program.get(URL, query).json()
        walked += [item["id"] for item in page["items"]]
        query["cursor"] = page["nextCursor"]
        operations.settle(
            job_id=jobs[len(walked) - 7].pk, user_id=owner.pk, outcome=Failure(error="It broke.", code="broke")
        )
        operations.request(user=owner, wish=wish())

    assert walked == [str(job.pk) for job in reversed(jobs)]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("limit", "0"), ("limit", "101"), ("limit", "ten"), ("status", "done"), ("character", "luna"),
        ("character", str(UUID(int=7))), ("since", "yesterday"), ("since", "0"), ("since", "2026-11-21"),
        ("since", "2026-11-21T14:00:00"), ("since", "0001-01-01T00:00:00Z"), ("since", "2026-02-30T00:00:00Z"),
        ("cursor", ""), ("cursor", "abc"), ("cursor", "x" * 3001), ("page", "2"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_understood_is_named(program: Program, parameter: str, value: str) -> None:
    answer = program.get(URL, {parameter: value})

    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_a_cursor_of_other_filters_is_refused(owner: User, program: Program) -> None:
    failed(owner), failed(owner)
    cursor = program.get(URL, {"limit": 1}).json()["nextCursor"]

    assert program.get(URL, {"limit": 1, "cursor": cursor}).status_code == 200
    assert program.get(URL, {"limit": 1, "cursor": cursor, "status": "failed"}).status_code == 400


@pytest.mark.parametrize(("method", "part"), [("get", ""), ("post", "/retry"), ("get", "/images/1"),
                                              ("get", "/images/1/thumbnail")])  # fmt: skip
def test_a_strangers_generation_answers_like_one_that_does_not_exist(
    owner: User, stranger: User, method: str, part: str
) -> None:
    job = made(on_plan(owner))
    program = Program(issued(stranger).secret)

    theirs, missing = (getattr(program, method)(f"{URL}/{id_}{part}") for id_ in (job.pk, uuid4()))

    assert theirs.status_code == missing.status_code == 404
    assert theirs.content == missing.content
    assert theirs.headers == missing.headers


def test_a_token_that_may_only_read_asks_for_nothing(owner: User) -> None:
    reader = Program(issued(on_plan(owner), Scope.GENERATIONS_READ).secret)

    assert post(reader).status_code == 403
    assert post(reader, url=f"{URL}/{failed(owner).pk}/retry").status_code == 403
    assert Program(issued(owner, Scope.ACTIVITY_READ).secret).get(URL).status_code == 403


def test_a_session_asks_with_the_sites_own_token_only(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(on_plan(owner), backend="allauth.account.auth_backends.AuthenticationBackend")
    token = browser.get(reverse("generations:generate")).cookies[django_settings.CSRF_COOKIE_NAME].value

    forged = browser.post(URL, BEACH, content_type="application/json")
    honest = browser.post(URL, BEACH, content_type="application/json", headers={"x-csrftoken": token})

    assert (forged.status_code, honest.status_code) == (403, 201)
    assert ledger.balance_of(owner.pk) == 49


def test_a_flood_is_told_when_to_come_back(owner: User, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "WRITES", api.WRITES._replace(name="flood", times=2, seconds=86_400))

    answers = [post(program) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert GenerationJob.objects.filter(status=Status.QUEUED).count() == 2


def test_a_page_takes_five_queries_however_much_is_on_it(
    owner: User, program: Program, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made(owner)
    program.get(URL)
    for _ in range(4):
        made(owner, image_count=2, character=CharacterFactory.create(user=owner))
        job = operations.retry(job=failed(owner))

    with django_assert_num_queries(5):  # the token, the jobs, their images, credits and retries
        assert len(program.get(URL).json()["items"]) == 13
    with django_assert_num_queries(5):
        program.get(f"{URL}/{job.pk}")


def test_times_are_utc_with_microseconds(owner: User, program: Program) -> None:
    before = timezone.now()
    told = program.get(f"{URL}/{made(owner).pk}").json()

    assert utc_text(before) < told["createdAt"] < told["startedAt"] < told["completedAt"]
