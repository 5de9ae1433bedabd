"""The procedures of tRPC: the apps' own, under one address."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from apps.accounts.trpc_auth import identify, permit
from apps.activity import trpc as activity
from apps.common.access import by_operation
from apps.common.trpc import Endpoint
from apps.credentials import trpc as credentials

endpoint = Endpoint([*activity.PROCEDURES, *credentials.PROCEDURES], identify=identify, permit=permit)


@by_operation
@csrf_exempt  # a session is asked for its CSRF token where the caller is identified; a token needs none
def call(request: HttpRequest, names: str) -> HttpResponse:
    """Answers calls of procedures."""
    return endpoint.answer(request, names)
