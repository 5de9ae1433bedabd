"""What the gallery, kept prompts and the pruning of files need.

Building an index reads the whole table, which may take longer than any statement of the product is allowed to.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import MD5


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("generations", "0005_staff_lists")]
    operations = [
        migrations.AddField("prompt", "removed_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddConstraint(
            "prompt",
            models.UniqueConstraint(
                models.F("user"), MD5("text"), condition=models.Q(removed_at=None), name="a_prompt_is_kept_once"
            ),
        ),
        migrations.RunSQL("SET statement_timeout = 0", reverse_sql="RESET statement_timeout"),
        AddIndexConcurrently(
            "generationjob",
            models.Index(fields=["user", "created_at", "id", "character"], name="job_gallery"),
        ),
        RemoveIndexConcurrently("generationjob", "job_newest_of_user"),  # which the one before begins with
        AddIndexConcurrently(
            "generationjob",
            models.Index(
                fields=["completed_at", "id"],
                condition=models.Q(status="completed", pruned_at=None),
                name="job_with_files_by_age",
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", reverse_sql="SET statement_timeout = 0"),
    ]
