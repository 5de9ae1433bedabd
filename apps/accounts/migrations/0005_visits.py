"""Who used the product on which day, and on the person the last of these days."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_api_tokens")]
    operations = [
        migrations.AddField("user", "last_active_on", models.DateField(editable=False, null=True)),
        migrations.AddField("user", "activity_viewed_on", models.DateField(editable=False, null=True)),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day", "user_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("viewed_activity", models.BooleanField(db_default=False, help_text="The activity page was opened.")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "visits",
                "default_permissions": (),
                "permissions": [("view_adoption", "Can see how many people use what")],
            },
        ),
    ]
