"""Prompts that a person keeps for use again."""

from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from apps.accounts.models import User
from apps.generations.models import Prompt

MOST_KEPT: Final = 100


def keep(*, user: User, text: str) -> Prompt:
    """The person's kept prompt with this text, made where there was none."""
    kept, _is_new = user.prompts.kept().get_or_create(text=text, defaults={"user": user})
    return kept


def remove(*, user: User, prompt_id: UUID) -> bool:
    """Takes the person's own prompt off the list; false where it wasn't on it. Jobs made with it go on naming it."""
    return bool(user.prompts.kept().filter(pk=prompt_id).update(removed_at=Now()))


def has_room(user: User) -> bool:
    """Whether the person may keep another one."""
    return user.prompts.kept().count() < MOST_KEPT
