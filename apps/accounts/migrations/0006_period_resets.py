"""Who of the staff set whose period count to 0, when, and why: rows that nobody changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.sql


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_visits")]
    operations = [
        migrations.CreateModel(
            name="PeriodReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("count_before", models.PositiveBigIntegerField(help_text="Images of the period until then.")),
                (
                    "reset_at",
                    models.DateTimeField(
                        db_default=apps.common.sql.ClockTimestamp(),
                        editable=False,
                        help_text="Read while the person's row was held.",
                    ),
                ),
                (
                    "reset_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="period_resets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "period_resets",
                "permissions": [("reset_period", "Can reset a person's period")],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason__regex", "\\S")), name="period_reset_says_why")
                ],
            },
        ),
        apps.common.sql.AppendOnly("period_resets"),
    ]
