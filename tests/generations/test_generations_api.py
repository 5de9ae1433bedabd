"""Generations asked for and tried again in the JSON API: charged once, or refused in words."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.scopes import Scope
from apps.common.schemas import utc_text
from apps.credits import ledger
from apps.generations import api, characters, operations
from apps.generations.models import GenerationJob
from apps.generations.operations import Failure
from apps.generations.states import Status
from tests.conftest import Program
from tests.factories import CharacterFactory, issued, on_plan, with_credits
from tests.generations.past import failed, made

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


@pytest.mark.usefixtures("one_moment")
def test_a_flood_is_told_when_to_come_back(owner: User, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "WRITES", api.WRITES._replace(name="flood", times=2, seconds=86_400))

    answers = [post(program) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert GenerationJob.objects.filter(status=Status.QUEUED).count() == 2
