"""Generations as pictures: all of them, one of them, and how far it has come."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.requests import UserRequest
from apps.common.access import owner
from apps.common.keyset import BadCursor
from apps.common.pages import render_page
from apps.generations import operations
from apps.generations.gallery import Gallery, GalleryPage
from apps.generations.gallery_form import GalleryQuery
from apps.generations.problems import REFUSALS, refusal_words
from apps.generations.records import record_of
from apps.generations.result_presenter import result as present_result
from apps.generations.tiles import TilePresenter

GALLERY, RESULT = "generations/gallery.html", "generations/result.html"


@owner
@require_safe
def gallery(request: UserRequest) -> HttpResponse:
    """Every generation, the one asked for last first, or those after the cursor in the address."""
    asked = GalleryQuery(request.GET, request.user)
    page = _page(request, asked)
    presenter = TilePresenter(request.user.zone, asked.query, timezone.now())
    context = {
        "page": presenter.page(page, is_filtered=asked.filters.is_active),
        "filters": asked.form,
        "notices": asked.notices,
    }
    return render_page(request, GALLERY, context)


@owner
@require_safe
def tile(request: UserRequest, job_id: UUID) -> HttpResponse:
    """One tile as it stands now: that of a running generation asks for it until it has ended."""
    job = request.user.generation_jobs.filter(pk=job_id).select_related("character").first()
    if job is None:
        raise Http404
    query = GalleryQuery(request.GET, request.user).query
    shown = TilePresenter(request.user.zone, query, timezone.now()).tile(job)
    return render_page(request, GALLERY + "#tile", {"tile": shown})


@owner
@require_safe
def result(request: UserRequest, job_id: UUID) -> HttpResponse:
    """One generation, whole: its images, or how far it has come."""
    return render_page(request, RESULT, _result_context(request, job_id))


@owner
@require_safe
def status(request: UserRequest, job_id: UUID) -> HttpResponse:
    """The part of the result page that changes while the generation runs."""
    return render_page(request, RESULT + "#result", _result_context(request, job_id))


@owner
@require_POST
def retry(request: UserRequest, job_id: UUID) -> HttpResponse:
    """Tries a failed generation again, for the same price; pressed twice, it is one new generation."""
    failed = request.user.generation_jobs.filter(pk=job_id).select_related("character").first()
    if failed is None:
        raise Http404
    try:
        job = operations.retry(job=failed)
    except REFUSALS as refusal:
        messages.error(request, refusal_words(refusal))
        return redirect("generations:result", job_id)
    return redirect("generations:result", job.pk)


def _page(request: UserRequest, asked: GalleryQuery) -> GalleryPage:
    """The page of the cursor, or the first with a notice where the cursor can't be used."""
    shown = Gallery(user=request.user, filters=asked.filters)
    try:
        return shown.page(request.GET.get("cursor", ""))
    except BadCursor as error:
        asked.notices.append(str(error))
        return shown.page()


def _result_context(request: UserRequest, job_id: UUID) -> dict[str, Any]:
    record = record_of(request.user, job_id)
    if record is None:
        raise Http404
    asked = GalleryQuery(request.GET, request.user)
    beside = Gallery(user=request.user, filters=asked.filters).neighbours(record.job)
    shown = present_result(record, beside, zone=request.user.zone, query=asked.query, now=timezone.now())
    return {"result": shown, "gallery_url": _with(reverse("generations:gallery"), asked.query)}


def _with(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
