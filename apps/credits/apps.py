from importlib import import_module

from django.apps import AppConfig


class CreditsConfig(AppConfig):
    name = "apps.credits"

    def ready(self) -> None:
        import_module("apps.credits.panel")
        import_module("apps.credits.webhook_handlers")
