"""The raw records: Django's own admin, beside the staff's area, for looking at what the tables hold.

What isn't registered otherwise can be looked at and not changed. Lists stay fast in tables of any size: newest first by
key, no other order, counted no further than they can be paged.
"""

import re
from collections.abc import Callable, Iterable
from functools import cached_property, wraps
from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from apps.common.access import to_step
from apps.common.second_factor import still_asked_for
from apps.common.staff_pages import StaffPage, register

MOST_LISTED = 5_000
COLUMNS = 7

# What opens something: neither the thing itself nor what it could be told by is shown to anyone.
_SECRET = re.compile(r"digest|secret|private|password|session_|token$|hash$")
_LONG = (models.TextField, models.JSONField, models.BinaryField)


class RecordsSite(AdminSite):
    """For those of the staff who may see one table at least; for everyone else it doesn't exist."""

    site_title = site_header = _("Records")
    index_title = _("Tables")
    site_url = "/admin/"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and user.is_staff and self.is_open_to(user)

    def is_open_to(self, user: PermissionsMixin) -> bool:
        """Whether there is a table that the person may see."""
        return any(
            user.has_perm(f"{model._meta.app_label}.{get_permission_codename('view', model._meta)}")
            for model in self._registry
        )

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  # Django's own
        """The view, as Django guards it; but whoever is signed in and may not isn't even told that it is there."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def hidden(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            self._hide_from(request)
            if request.user.is_authenticated and (step := still_asked_for(request)):
                return to_step(request, step)
            return guarded(request, *args, **kwargs)

        return hidden

    def get_urls(self) -> list[Any]:
        """Django's own, but for the way from a record to its page: records have none, and any id would be tried."""
        return [each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site"]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The product's own sign-in, with its limits and its second factor."""
        self._hide_from(request)
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def password_change(  # type: ignore[override]  # it leads elsewhere
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The product's own page for it."""
        return redirect("account_change_password")

    def register_others(self, labels: Iterable[str]) -> None:
        """Lists every other table of these apps, to be looked at; what Django's admin can't show is left out."""
        for label in labels:
            for model in apps.get_app_config(label).get_models():
                if not self.is_registered(model) and not isinstance(model._meta.pk, models.CompositePrimaryKey):
                    self.register(model, LookedAt)

    def _hide_from(self, request: HttpRequest) -> None:
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list that counts its rows no further than ``MOST_LISTED``, where its last page is."""

    @cached_property
    def count(self) -> int:
        rows: models.QuerySet[models.Model] = self.object_list  # type: ignore[assignment]
        return rows.order_by("-pk").values("pk")[:MOST_LISTED].count()


class ByKey(ChangeList):
    """A list in one order, whatever the address says: any other would sort the table."""

    def get_ordering(self, request: HttpRequest, queryset: "models.QuerySet[Any]") -> list[Any]:
        return ["-pk"]


class Table(ModelAdmin):  # type: ignore[type-arg]
    """A table of few rows."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> models.Model | None:
        """By its key where the address names an empty field, which Django would look for."""
        found: models.Model | None = super().get_object(request, object_id, from_field or None)
        return found


class LongTable(Table):
    """A table of any size, searched by what an index knows: the key, or the e-mail address of its user."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    sortable_by: ClassVar = ()
    search_fields = ("pk",)
    search_help_text = _("The whole ID, or the e-mail address of whom it is about.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ByKey

    def get_search_results(
        self, request: HttpRequest, queryset: "models.QuerySet[Any]", search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        term = search_term.strip()
        return (queryset.filter(self._named(term)) if term else queryset), False

    def _named(self, term: str) -> models.Q:
        """The rows that the text names; none where it can't be anybody's."""
        names = {field.name for field in self.opts.get_fields()}
        if "@" in term:
            owner = "email" if "email" in names else "user__email" if "user" in names else ""
            return models.Q(**{owner: term.lower()}) if owner else models.Q(pk__in=[])
        return _key(term, self.opts.pk)


class LookedAt(LongTable):
    """A table that is looked at and never changed from here. Its first short columns make the list."""

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        short = [field.attname for field in self._shown() if not isinstance(field, _LONG)]
        return tuple(short[:COLUMNS])

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(field.name for field in self._shown())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _shown(self) -> list[Any]:
        return [field for field in self.opts.concrete_fields if not is_secret(field)]


def is_secret(field: "models.Field[Any, Any]") -> bool:
    """Whether the column holds what opens something, or could be guessed from."""
    return isinstance(field, models.BinaryField) or bool(_SECRET.search(field.name))


def _key(term: str, key: "models.Field[Any, Any]") -> models.Q:
    """The row with the text as its key; none where it can't be one."""
    try:
        return models.Q(pk=key.to_python(term))
    except ValidationError:
        return models.Q(pk__in=[])


def list_among_staff_pages(site: RecordsSite) -> None:
    """Puts the records into the navigation of the staff's area, for whoever may see one of them."""
    register(
        StaffPage(
            name="admin:index",
            title=_("Records"),
            about=_("What the tables hold, row by row; the ledger and the jobs only to be looked at."),
            icon="database",
            permission="",
            place=90,
            opens_for=site.is_open_to,
        )
    )
