"""What sign-up adds to allauth's: a new person starts on the default plan, with its credits."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import Plan, User
from apps.accounts.second_factor import FactorBeforePassword
from apps.credits.enrolment import enrol


class SignUpAdapter(FactorBeforePassword):
    """Saves the person, the plan and the credits together, or none of them."""

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # allauth's signature
        saved: User = super().save_user(request, user, form, commit=commit)
        if commit:
            enrol(user=saved, plan=Plan.objects.get(is_default=True), now=timezone.now())
        return saved
