"""Asking for images."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from apps.accounts.requests import UserRequest
from apps.accounts.usage import active_subscription
from apps.common.access import owner
from apps.common.pages import render_page
from apps.credits import ledger
from apps.generations import operations, prompts
from apps.generations.forms import GenerationForm
from apps.generations.models import GenerationJob
from apps.generations.operations import KeyReused
from apps.generations.pricing import CREDITS_PER_IMAGE
from apps.generations.problems import REFUSALS, refusal_words
from apps.generations.queries import usage_of

TEMPLATE = "generations/generate.html"
USE, REMOVE = "use_prompt", "remove_prompt"


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def generate(request: UserRequest) -> HttpResponse:
    """The form; sent, it charges and queues a generation and goes to where that can be watched.

    Its buttons beside kept prompts send it too: they change the form and ask for nothing.
    """
    if request.method != "POST":
        return _page(request, GenerationForm(user=request.user, initial=_suggested(request)))
    if USE in request.POST or REMOVE in request.POST:
        return _page(request, GenerationForm(user=request.user, initial=_with_prompt_changed(request)))
    form = GenerationForm(request.POST, user=request.user)
    job = _requested(request, form) if form.is_valid() else None
    return redirect("generations:result", job.pk) if job else _page(request, form, status=422)


def _requested(request: UserRequest, form: GenerationForm) -> GenerationJob | None:
    """The new generation, or None with the reason on the form."""
    try:
        return operations.request(
            user=request.user, wish=form.wish(), idempotency_key=form.cleaned_data["idempotency_key"]
        )
    except REFUSALS as refusal:
        form.add_error(None, refusal_words(refusal))
        if isinstance(refusal, KeyReused):
            form.renew_key()
        return None


def _page(request: UserRequest, form: GenerationForm, *, status: int = 200) -> HttpResponse:
    subscription = active_subscription(request.user)
    context = {
        "form": form,
        "balance": ledger.balance_of(request.user.pk),
        "usage": usage_of(request.user, plan=subscription.plan if subscription else None),
        "cost_table": {quality.value: price for quality, price in CREDITS_PER_IMAGE.items()},
        "kept_prompts": request.user.prompts.kept().newest_first(),
    }
    return render_page(request, TEMPLATE, context, status=status)


def _suggested(request: UserRequest) -> dict[str, Any]:
    """What the address suggests: an influencer, a prompt, or all that an earlier generation was asked for."""
    query = request.GET
    suggested = {name: query[name] for name in ("character", "prompt") if name in query}
    again = _own_job(request, query.get("again", ""))
    return {**again.input, "character": again.character_id, **suggested} if again else suggested


def _own_job(request: UserRequest, text: str) -> GenerationJob | None:
    id_ = _uuid(text)
    return request.user.generation_jobs.filter(pk=id_).first() if id_ else None


def _with_prompt_changed(request: UserRequest) -> dict[str, Any]:
    """The form as it was sent, with the kept prompt that was chosen, or without the one that was removed."""
    sent: QueryDict = request.POST
    initial: dict[str, Any] = {name: sent[name] for name in GenerationForm.base_fields if name in sent}
    if removed := _uuid(sent.get(REMOVE, "")):
        prompts.remove(user=request.user, prompt_id=removed)
    chosen = _uuid(sent.get(USE, ""))
    kept = request.user.prompts.kept().filter(pk=chosen).first() if chosen else None
    return initial | ({"prompt": kept.text, "kept_prompt": kept.pk, "keeps_prompt": False} if kept else {})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
