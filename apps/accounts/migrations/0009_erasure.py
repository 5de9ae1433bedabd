"""Why a period was begun anew is somebody's words about somebody, and can be erased."""

from django.db import migrations

from apps.common.personal_data import ErasableWords


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_paid_plans")]
    operations = [ErasableWords("period_resets", "reason", permit="accounts")]
