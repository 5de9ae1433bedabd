"""What a transaction says in words can be erased; what it did stays."""

from django.db import migrations

from apps.common.personal_data import ErasableWords


class Migration(migrations.Migration):
    dependencies = [("credits", "0005_checks_by_statement")]
    operations = [ErasableWords("credit_transactions", "description", permit="credits")]
