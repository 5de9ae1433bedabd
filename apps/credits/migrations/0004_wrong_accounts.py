"""Each verification keeps whose accounts were wrong, so that everyone can be told how theirs was found."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credits", "0003_refunds_and_adjustments")]
    operations = [
        migrations.AddField(
            "ledgerverification",
            "wrong_user_ids",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), db_default=[], default=list, size=None
            ),
        ),
    ]
