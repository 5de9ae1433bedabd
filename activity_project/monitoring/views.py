"""What load balancers and monitoring ask for."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activity_project.monitoring import readiness
from apps.common.access import public


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Every part with its figure and limit; 503 where pages can't be served, 200 where only the background suffers."""
    found = readiness.readings()
    status = readiness.status_of(found)
    answer = {"status": status, "checks": {name: reading.as_json() for name, reading in found.items()}}
    return JsonResponse(answer, status=HTTPStatus.SERVICE_UNAVAILABLE if status == "unavailable" else HTTPStatus.OK)
