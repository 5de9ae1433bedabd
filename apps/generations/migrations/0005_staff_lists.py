"""What the staff's lists need: their indexes, built beside running writers, and permissions of their own.

Building an index reads the whole table, which may take longer than any statement of the product is allowed to.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("generations", "0004_charges_name_their_job")]
    operations = [
        migrations.AlterModelOptions(name="generationimage", options={"default_permissions": ("view",)}),
        migrations.AlterModelOptions(
            name="generationjob",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("export_generations", "Can take everyone's generations out as a file"),
                    ("adjust_credits", "Can adjust a person's credits by hand"),
                ],
            },
        ),
        migrations.RunSQL("SET statement_timeout = 0", reverse_sql="RESET statement_timeout"),
        AddIndexConcurrently("generationjob", models.Index(fields=["created_at", "id"], name="job_newest")),
        AddIndexConcurrently(
            "generationjob", models.Index(fields=["user", "created_at", "id"], name="job_newest_of_user")
        ),
        AddIndexConcurrently(
            "generationjob",
            models.Index(
                fields=["kind", "created_at", "id"],
                condition=models.Q(kind__in=[1, 3]),
                name="job_newest_not_completed",
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", reverse_sql="SET statement_timeout = 0"),
    ]
