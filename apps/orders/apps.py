from importlib import import_module

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "apps.orders"

    def ready(self) -> None:
        import_module("apps.orders.webhook_handlers")
        import_module("apps.orders.staff.figures")
