"""A person's AI influencers: added, renamed, archived, restored."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.requests import UserRequest
from apps.common.access import owner
from apps.common.pages import render_page
from apps.generations import characters as operations
from apps.generations.cast import cast_of
from apps.generations.character_presenter import people
from apps.generations.characters import NameTaken
from apps.generations.forms import CharacterForm
from apps.generations.models import Character


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def characters(request: UserRequest) -> HttpResponse:
    """All of them, and a form for another."""
    form = CharacterForm(request.POST or None, instance=Character(user=request.user))
    if request.method == "POST" and form.is_valid() and form.save_unless_taken():
        messages.success(request, _("%s is ready to be generated.") % form.instance.name)
        return redirect("generations:characters")
    return _page(request, form)


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def character(request: UserRequest, character_id: UUID) -> HttpResponse:
    """Changes one's name or looks."""
    found = get_object_or_404(request.user.characters.available(), pk=character_id)
    name = found.name
    form = CharacterForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and form.save_unless_taken():
        messages.success(request, _("Saved."))
        return redirect("generations:characters")
    context = {"form": form, "edited_name": name, "edited_id": character_id}
    return render_page(request, "generations/character.html", context, status=422 if form.is_bound else 200)


@owner
@require_POST
def archive(request: UserRequest, character_id: UUID) -> HttpResponse:
    """Takes one out of use; what was generated for it stays, and it can be restored."""
    archived = operations.archive(user=request.user, character_id=character_id)
    if archived is None:
        raise Http404
    messages.success(request, _("%s is archived. What was generated stays where it is.") % archived.name)
    return redirect("generations:characters")


@owner
@require_POST
def restore(request: UserRequest, character_id: UUID) -> HttpResponse:
    """Takes an archived one back into use."""
    try:
        restored = operations.restore(user=request.user, character_id=character_id)
    except NameTaken:
        messages.error(request, _("Another AI influencer has this name by now. Rename that one first."))
        return redirect("generations:characters")
    if restored is None:
        raise Http404
    messages.success(request, _("%s is back.") % restored.name)
    return redirect("generations:characters")


def _page(request: UserRequest, form: CharacterForm) -> HttpResponse:
    available, archived = people(cast_of(request.user))
    context = {"form": form, "people": available, "archived": archived}
    return render_page(request, "generations/characters.html", context, status=422 if form.is_bound else 200)
