"""People and plans among the raw records: the few columns that may be changed there, and by whom."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.models import Plan, User
from apps.common.records import LongTable, Table

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class Users(LongTable):
    """Whether someone may sign in, and, for superusers alone to decide, what they may do.

    Counts follow from generations and credits, an address is confirmed by mail, and people come by signing up; so none
    of this is changed here, and nobody is removed: what they did stands in the ledger.
    """

    list_display = ("email", "is_active", "is_staff", "is_superuser", "date_joined", "last_active_on")
    list_display_links = ("email",)
    fields: ClassVar = (
        "email", "public_id", "is_active", *POWERS, "time_zone", "date_joined", "last_login", "last_active_on",
        "generated_count", "current_period_count", "last_reset_date",
    )  # fmt: skip
    filter_horizontal = ("groups", "user_permissions")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = tuple(name for name in self.fields if name not in {"is_active", "time_zone", *POWERS})
        return fixed if _is_superuser(request) else (*fixed, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser is changed by superusers alone."""
        is_above = isinstance(obj, User) and obj.is_superuser and not _is_superuser(request)
        return super().has_change_permission(request, obj) and not is_above

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Plan)
class Plans(Table):
    """What a plan gives and costs; what was recorded under it keeps what it then gave."""

    list_display = ("name", "slug", "images_per_period", "credits_per_period", "price_minor", "currency", "is_default")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
