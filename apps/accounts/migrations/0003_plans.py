"""The plans that the product starts with. Staff can change them; the slugs stay."""

from typing import Any

from django.db import migrations

PLANS = [
    {"slug": "free", "name": "Free", "images_per_period": 50, "credits_per_period": 50, "is_default": True},
    {"slug": "pro", "name": "Pro", "images_per_period": 500, "credits_per_period": 300, "price_minor": 1500},
    {"slug": "studio", "name": "Studio", "images_per_period": None, "credits_per_period": 2000, "price_minor": 4900},
]


def create(apps: Any, schema_editor: Any) -> None:
    plans = apps.get_model("accounts", "Plan").objects.using(schema_editor.connection.alias)
    for plan in PLANS:
        plans.get_or_create(slug=plan["slug"], defaults=plan)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_cache_table")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
