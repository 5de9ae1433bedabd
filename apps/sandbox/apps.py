from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Installed on a development machine without keys only; see ``activity_project.sandbox``."""

    name = "apps.sandbox"
