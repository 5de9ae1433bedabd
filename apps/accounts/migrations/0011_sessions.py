"""Sessions under the digests of their keys. Those under the keys themselves end: everybody signs in once more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_seal_second_factors"), ("sessions", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("user_id", models.BigIntegerField(db_index=True, null=True)),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "db_table": "user_sessions",
                "abstract": False,
            },
        ),
        migrations.RunSQL("DELETE FROM django_session", migrations.RunSQL.noop),
    ]
