"""How far a provider's list of events was read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventReading",
            fields=[
                ("provider", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("read_until", models.DateTimeField()),
            ],
            options={
                "db_table": "webhook_event_readings",
            },
        ),
    ]
