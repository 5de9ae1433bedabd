"""Which of the payment provider's prices a plan is sold at, and when the provider last told of a subscription."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_periods")]
    operations = [
        migrations.AddField(
            "plan",
            "provider_price_id",
            models.CharField(
                blank=True, db_default="", help_text="The payment provider's id of the price.", max_length=120
            ),
        ),
        migrations.AddConstraint(
            "plan",
            models.UniqueConstraint(
                condition=~Q(provider_price_id=""), fields=("provider_price_id",), name="one_plan_per_price"
            ),
        ),
        migrations.AddField(
            "subscription",
            "told_at",
            models.DateTimeField(
                blank=True, help_text="When the provider said what it last said of how this goes on.", null=True
            ),
        ),
    ]
