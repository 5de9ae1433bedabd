"""The project as an installed app: bringing Django up brings Celery up, so that tasks find their application."""

from importlib import import_module
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps  # by its class, Django would take it for this app

from activity_project.monitoring import counting


class ProjectConfig(AppConfig):
    name = "activity_project"

    def ready(self) -> None:
        if settings.METRICS_TOKEN:
            counting.begin(Path(settings.METRICS_DIR))
        if settings.SENTRY_DSN:
            import_module("activity_project.monitoring.errors").begin(settings.SENTRY_DSN)
        import_module("activity_project.celery")
        import_module("activity_project.database_checks")


class RecordsConfig(admin_apps.AdminConfig):
    """Django's own admin as the product's raw records, under the product's own sign-in."""

    default = False
    default_site = "apps.common.records.RecordsSite"

    def ready(self) -> None:
        super().ready()
        import_module("activity_project.records")
