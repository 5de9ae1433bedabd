"""The staff's pages about generations: the list, one of them, its images. They only read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.accounts.requests import UserRequest
from apps.common.access import staff
from apps.common.keyset import BadCursor
from apps.common.pages import partial_asked_for, render_page
from apps.common.replica import read
from apps.common.staff_pages import StaffPage, register
from apps.common.time_limits import TookTooLong, at_most
from apps.credits.queries import transactions_of_job
from apps.generations import pictures
from apps.generations.models import GenerationImage
from apps.generations.pictures import ImageGone
from apps.generations.staff import details, jobs
from apps.generations.staff.export_views import EXPORT, export_links
from apps.generations.staff.forms import JobQuery
from apps.generations.staff.presenters import job_row, list_url, summary
from apps.generations.staff.scan import Position
from apps.generations.staff.statistics import Statistics, statistics

MOST_MS = 3_000
SEE_IMAGES = "generations.view_generationimage"
GENERATIONS = register(
    StaffPage(
        name="staff:generations",
        title=_("Generations"),
        about=_("Everything that was asked for: by whom, how it ended, how long it took."),
        icon="images",
        permission="generations.view_generationjob",
        place=30,
    )
)


@staff(GENERATIONS.permission)
@require_safe
def generations(request: UserRequest) -> HttpResponse:
    """Every generation that the filters leave, newest first, under their figures."""
    asked, now = JobQuery(request.GET, request.user.zone), timezone.now()
    after = _after(request, asked)
    page = read(lambda: jobs.job_page(asked.filters, now, after), after=request.user.written_position)
    context: dict[str, Any] = {
        "rows": [job_row(job, request.user.zone) for job in page.jobs],
        "next_url": _next_url(asked, page),
        "searched_to": page.searched_to,
    }
    if partial_asked_for(request) != "more":
        context |= _figures(asked, now, request.user.written_position) | {
            "filters": asked.form,
            "notices": asked.notices,
            "is_narrowed": asked.is_narrowed,
            "exports": export_links(asked.applied) if request.user.has_perm(EXPORT) else (),
        }
    return render_page(request, "generations/staff/list.html", context)


@staff(GENERATIONS.permission)
@require_safe
def generation(request: UserRequest, job_id: UUID) -> HttpResponse:
    """One generation, whole."""
    job = jobs.whole_job(job_id)
    if job is None:
        raise Http404
    may_see = request.user.has_perm(SEE_IMAGES)
    page = details.job_page(
        job,
        images=list(job.images.kept().in_order()) if may_see else None,
        movements=transactions_of_job(job.pk),
        retries=jobs.retries_of(job),
        zone=request.user.zone,
    )
    return render_page(request, "generations/staff/job.html", {"job": page})


@staff(SEE_IMAGES)
@require_safe
def image(request: UserRequest, job_id: UUID, position: int) -> HttpResponseBase:
    """One image of anyone's."""
    try:
        return pictures.full_picture(request, _image(job_id, position))
    except ImageGone:
        raise Http404 from None


@staff(SEE_IMAGES)
@require_safe
def thumbnail(request: UserRequest, job_id: UUID, position: int) -> HttpResponseBase:
    """The same, small."""
    try:
        return pictures.thumbnail(request, _image(job_id, position))
    except ImageGone:
        raise Http404 from None


def _figures(asked: JobQuery, now: datetime, after: int | None) -> dict[str, Any]:
    """The figures of what is filtered; the list stands without them where they take too long."""
    try:
        counted = read(lambda: _counted(asked, now), after=after)
    except TookTooLong:
        return {"took_too_long": True}
    return {"summary": summary(counted, asked.filters, asked.applied, now)}


def _counted(asked: JobQuery, now: datetime) -> Statistics:
    with at_most(MOST_MS):
        return statistics(asked.filters, now)


def _image(job_id: UUID, position: int) -> GenerationImage:
    found = jobs.image_of(job_id, position)
    if found is None:
        raise Http404
    return found


def _after(request: UserRequest, asked: JobQuery) -> Position | None:
    """Where the page begins; at the beginning, with a notice, where the address can't be used."""
    cursor = request.GET.get("cursor")
    try:
        return jobs.decode(cursor, asked.filters) if cursor else None
    except BadCursor as error:
        asked.notices.append(str(error))
        return None


def _next_url(asked: JobQuery, page: jobs.JobPage) -> str:
    return list_url(asked.applied, cursor=jobs.encode(page.next, asked.filters)) if page.next else ""
