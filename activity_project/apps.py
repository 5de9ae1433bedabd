"""The project as an installed app: bringing Django up brings Celery up, so that tasks find their application."""

from importlib import import_module

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "activity_project"

    def ready(self) -> None:
        import_module("activity_project.celery")
