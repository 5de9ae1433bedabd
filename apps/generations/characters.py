"""What can be done with an AI influencer: add, change, archive, restore. Names are given once among those in use."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.generations.models import Character


class NameTaken(Exception):
    """The person has another AI influencer in use with that name; nothing was written."""


def save(character: Character) -> Character:
    """Adds the AI influencer, or writes its new name and looks. Raises NameTaken."""
    try:
        with transaction.atomic():
            character.save()
    except IntegrityError as error:
        raise _as_name_taken(error) from None
    return character


def archive(*, user: User, character_id: UUID) -> Character | None:
    """Takes the person's own AI influencer out of use; what was generated for it stays. None where there is none."""
    return _move(user, character_id, is_archived=False, archived_at=Now())


def restore(*, user: User, character_id: UUID) -> Character | None:
    """Takes it back into use. Raises NameTaken where another one has got its name by now."""
    return _move(user, character_id, is_archived=True, archived_at=None)


def _move(user: User, character_id: UUID, *, is_archived: bool, archived_at: Now | None) -> Character | None:
    found = user.characters.filter(pk=character_id, archived_at__isnull=not is_archived)
    try:
        with transaction.atomic():
            moved = found.update(archived_at=archived_at)
    except IntegrityError as error:
        raise _as_name_taken(error) from None
    return user.characters.get(pk=character_id) if moved else None


def _as_name_taken(error: IntegrityError) -> Exception:
    violated = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return NameTaken() if violated == "one_character_per_name" else error
