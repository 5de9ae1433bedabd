from importlib import import_module

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "apps.credentials"

    def ready(self) -> None:
        import_module("apps.credentials.webhook_handlers")
