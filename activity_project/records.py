"""Lists every table of the product among the raw records: those that no app has registered itself, to be looked at."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin

from apps.common.records import LookedAt, RecordsSite, list_among_staff_pages


class Authenticators(LookedAt):
    """That someone has a second factor, and since when; what it is made of stays out of sight."""

    def _shown(self) -> list[Any]:
        return [field for field in super()._shown() if field.name != "data"]


site = cast("RecordsSite", admin.site)
# allauth's own would show the second factor's secret, and search addresses by reading all of them.
site.unregister([Authenticator, EmailAddress])
site.register(Authenticator, Authenticators)
site.register(EmailAddress, LookedAt)
site.register_others(config.label for config in apps.get_app_configs() if config.name.startswith("apps."))
list_among_staff_pages(site)
