"""What load balancers and monitoring ask for."""

from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activity_project.monitoring import exposition, readiness
from apps.common.access import by_operation, public


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Every part with its figure and limit; 503 where pages can't be served, 200 where only the background suffers."""
    found = readiness.readings()
    status = readiness.status_of(found)
    answer = {"status": status, "checks": {name: reading.as_json() for name, reading in found.items()}}
    return JsonResponse(answer, status=HTTPStatus.SERVICE_UNAVAILABLE if status == "unavailable" else HTTPStatus.OK)


@by_operation
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and figures for whoever shows METRICS_TOKEN; where none is set the address doesn't exist."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition.text(Path(settings.METRICS_DIR)), content_type=exposition.CONTENT_TYPE)
