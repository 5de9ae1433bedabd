"""Pictures that are given to the print provider."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sandbox", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PrintifyUpload",
            fields=[
                ("id", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("file_name", models.CharField(max_length=200)),
                ("contents", models.BinaryField()),
                ("mime_type", models.CharField(max_length=40)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("uploaded_at", models.DateTimeField()),
                ("order_id", models.CharField(blank=True, db_index=True, max_length=24)),
            ],
            options={
                "db_table": "sandbox_printify_uploads",
            },
        ),
    ]
