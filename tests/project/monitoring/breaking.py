"""A process in which a page and a task break over a person's data; its parts are named in the arguments."""

import os
import sys
from typing import NoReturn

import django
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

WORD = "recognisable"


@csrf_exempt
def broken(request: HttpRequest, token: str) -> NoReturn:
    prompt = request.POST["prompt"]
    raise LookupError(f"nothing for {WORD}@example.com") from ValueError(f"Bearer {prompt}{token}")


def handler500(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=500)


urlpatterns = [path("claim/<str:token>/", broken)]


def break_a_page() -> None:
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415  # needs Django, which `main` brings up
    from django.test import RequestFactory  # noqa: PLC0415

    request = RequestFactory().post(
        f"/claim/{WORD}/?q={WORD}",
        {"prompt": WORD},
        headers={
            "authorization": f"Bearer {WORD}",
            "cookie": f"csrftoken={WORD}",
            "x-request-id": "an-id-of-a-request",
        },
    )
    WSGIHandler()(request.environ, lambda *_: bytes).close()


def break_a_task() -> None:
    from celery import shared_task  # noqa: PLC0415

    @shared_task(name="tests.break")
    def breaking(prompt: str) -> NoReturn:
        raise ArithmeticError(f"no sum for {WORD}@example.com")

    breaking.apply(args=[WORD])


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "activity_project.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415

    settings.ROOT_URLCONF, settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = __name__, ["*"], False
    for name in sys.argv[1:]:
        {"page": break_a_page, "task": break_a_task}[name]()
    sys.stdout.write(str("sentry_sdk" in sys.modules))


if __name__ == "__main__":
    main()
