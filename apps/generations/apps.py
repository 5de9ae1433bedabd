from importlib import import_module

from django.apps import AppConfig


class GenerationsConfig(AppConfig):
    name = "apps.generations"

    def ready(self) -> None:
        import_module("apps.generations.panel")
        import_module("apps.generations.ledger_check")
        import_module("apps.generations.staff.figures")
