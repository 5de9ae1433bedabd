"""Asking for images, watching them come, and looking at them."""

from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.requests import UserRequest
from apps.accounts.usage import active_subscription
from apps.common.access import owner
from apps.common.keyset import BadCursor
from apps.common.pages import render_page
from apps.common.words import credits_word
from apps.credits import ledger
from apps.generations import operations
from apps.generations.forms import CharacterForm, GenerationForm
from apps.generations.gallery import gallery_page
from apps.generations.models import Character, GenerationImage, ImageDownload
from apps.generations.presenters import result as present_result
from apps.generations.presenters import tile
from apps.generations.pricing import CREDITS_PER_IMAGE
from apps.generations.queries import job_with_images, usage_of

GENERATE, RESULT = "generations/generate.html", "generations/result.html"
Refusal = operations.LimitReached | ledger.InsufficientCredits | operations.KeyReused


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def generate(request: UserRequest) -> HttpResponse:
    """The form; sent, it charges and queues a job and goes to where the job can be watched."""
    form = GenerationForm(request.POST or None, user=request.user, initial=_asked_before(request))
    if request.method != "POST" or not form.is_valid():
        return _generate_page(request, form, status=422 if form.is_bound else 200)
    try:
        job = operations.request(
            user=request.user, wish=form.wish(), idempotency_key=form.cleaned_data["idempotency_key"]
        )
    except (operations.LimitReached, ledger.InsufficientCredits, operations.KeyReused) as refusal:
        form.add_error(None, refusal_words(refusal))
        return _generate_page(request, form, status=422)
    return redirect("generations:result", job.pk)


@owner
@require_safe
def gallery(request: UserRequest) -> HttpResponse:
    """Results, newest first."""
    character = _own_character(request)
    try:
        page = gallery_page(request.user, character_id=character, cursor=request.GET.get("cursor", ""))
    except BadCursor as error:
        messages.warning(request, str(error))
        return redirect("generations:gallery")
    context = {
        "page": {
            "tiles": [tile(job, request.user.zone) for job in page.jobs],
            "next_url": _gallery_url(request, page.next_cursor) if page.next_cursor else "",
            "is_filtered": character is not None,
        },
        "characters": request.user.characters.by_name(),
        "character_id": character,
    }
    return render_page(request, "generations/gallery.html", context)


@owner
@require_safe
def result(request: UserRequest, job_id: UUID) -> HttpResponse:
    """One job: its images, or how far it has come."""
    return render_page(request, RESULT, _result_context(request, job_id))


@owner
@require_safe
def status(request: UserRequest, job_id: UUID) -> HttpResponse:
    """The part of the result page that changes while the job runs."""
    return render_page(request, RESULT + "#result", _result_context(request, job_id))


@owner
@require_POST
def retry(request: UserRequest, job_id: UUID) -> HttpResponse:
    """Tries a failed job again, for the same price; pressed twice, it is one new job."""
    failed = get_object_or_404(request.user.generation_jobs.select_related("character"), pk=job_id)
    try:
        job = operations.retry(job=failed)
    except operations.NotRetryable:
        messages.info(request, _("This generation hasn't failed, so there is nothing to retry."))
        return redirect("generations:result", job_id)
    except (operations.LimitReached, ledger.InsufficientCredits) as refusal:
        messages.error(request, refusal_words(refusal))
        return redirect("generations:result", job_id)
    return redirect("generations:result", job.pk)


@owner
@require_safe
def thumbnail(request: UserRequest, job_id: UUID, position: int = 1) -> HttpResponseBase:
    """A small picture of one of the person's own images, the first where none is named."""
    image = _own_image(request, job_id, position)
    return picture(image.thumbnail, "image/webp")


@owner
@require_safe
def image(request: UserRequest, job_id: UUID, position: int) -> HttpResponseBase:
    """One of the person's own images."""
    found = _own_image(request, job_id, position)
    return picture(found.file, found.media_type)


@owner
@require_POST
def download(request: UserRequest, job_id: UUID, position: int) -> HttpResponseBase:
    """The image as a file; that it was taken is recorded."""
    found = _own_image(request, job_id, position)
    suffix = PurePath(found.file.name or "").suffix
    response = picture(found.file, found.media_type, filename=f"{job_id}-{position}{suffix}")
    ImageDownload.objects.create(user=request.user, job_id=job_id, image=found)
    return response


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def characters(request: UserRequest) -> HttpResponse:
    """The person's AI influencers, and a form for another."""
    form = CharacterForm(request.POST or None, instance=Character(user=request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("%s is ready to be generated.") % form.instance.name)
        return redirect("generations:characters")
    return _characters_page(request, form, None)


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def character(request: UserRequest, character_id: UUID) -> HttpResponse:
    """Changes one AI influencer's name or looks."""
    found = get_object_or_404(request.user.characters.available(), pk=character_id)
    form = CharacterForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("generations:characters")
    return _characters_page(request, form, found)


def refusal_words(refusal: Refusal) -> str:
    """Why a request was refused, and what can be done."""
    if isinstance(refusal, ledger.InsufficientCredits):
        return _("This needs %(needed)s and you have %(balance)s. Choose fewer images or get more credits.") % {
            "needed": credits_word(refusal.needed),
            "balance": credits_word(refusal.balance),
        }
    if isinstance(refusal, operations.LimitReached):
        left = refusal.usage.remaining or 0
        return (
            ngettext(
                "Your plan has %d image left in this period. Choose fewer images or wait for the next period.",
                "Your plan has %d images left in this period. Choose fewer images or wait for the next period.",
                left,
            )
            % left
        )
    return _("This form was sent before with other words. Open the page again to ask for something new.")


def _generate_page(request: UserRequest, form: GenerationForm, *, status: int) -> HttpResponse:
    subscription = active_subscription(request.user)
    context = {
        "form": form,
        "balance": ledger.balance_of(request.user.pk),
        "usage": usage_of(request.user, plan=subscription.plan if subscription else None),
        "cost_table": {quality.value: price for quality, price in CREDITS_PER_IMAGE.items()},
    }
    return render_page(request, GENERATE, context, status=status)


def _asked_before(request: UserRequest) -> dict[str, Any]:
    """What the address suggests, so that a page can link here with an influencer chosen."""
    return {name: request.GET[name] for name in ("character", "prompt") if name in request.GET}


def _own_character(request: UserRequest) -> UUID | None:
    """The AI influencer that the address filters by; one who isn't the person's filters to nobody."""
    try:
        return UUID(request.GET["character"]) if request.GET.get("character") else None
    except ValueError:
        return None


def _gallery_url(request: UserRequest, cursor: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{reverse('generations:gallery')}?{query.urlencode()}"


def _result_context(request: UserRequest, job_id: UUID) -> dict[str, Any]:
    job, images = job_with_images(request.user, job_id)
    if job is None:
        raise Http404
    return {"result": present_result(job, images, request.user.zone)}


def _own_image(request: UserRequest, job_id: UUID, position: int) -> GenerationImage:
    return get_object_or_404(request.user.generation_images.kept(), job_id=job_id, position=position)


def picture(stored: FieldFile, media_type: str, filename: str = "") -> FileResponse:
    """A stored picture, kept only by the browser that asked and never guessed to be anything else. Raises Http404."""
    try:
        file = stored.open()
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type=media_type, as_attachment=bool(filename), filename=filename)
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _characters_page(request: UserRequest, form: CharacterForm, edited: Character | None) -> HttpResponse:
    context = {
        "form": form,
        "edited": edited,
        "characters": request.user.characters.available().by_name(),
    }
    return render_page(request, "generations/characters.html", context, status=422 if form.is_bound else 200)
