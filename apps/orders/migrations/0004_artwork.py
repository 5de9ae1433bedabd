"""An order keeps what it prints."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_sent_mails")]
    operations = [
        migrations.AddField(
            model_name="orderline",
            name="artwork",
            field=models.FileField(blank=True, db_default="", max_length=200, upload_to=""),
        ),
    ]
