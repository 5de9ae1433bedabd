"""The periods that subscriptions have begun, one row each, and what is known of how a subscription goes on.

A subscription is always in a recorded period: a foreign key holds it to that, at commit, since each names the other.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import apps.common.sql

WHAT_IS_THERE = """
UPDATE subscriptions SET unpaid_period_start = current_period_end WHERE status = 'past_due';
UPDATE subscriptions SET ended_at = current_period_end WHERE status = 'cancelled';
INSERT INTO subscription_periods (subscription_id, plan_id, starts_at, ends_at, credits)
SELECT s.id, s.plan_id, s.current_period_start, s.current_period_end, p.credits_per_period
  FROM subscriptions AS s JOIN plans AS p ON p.id = s.plan_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""

IN_A_PERIOD = """
ALTER TABLE subscriptions ADD CONSTRAINT subscription_is_in_a_recorded_period
  FOREIGN KEY (id, current_period_start) REFERENCES subscription_periods (subscription_id, starts_at)
  DEFERRABLE INITIALLY DEFERRED;
"""

IN_ANY_PERIOD = "ALTER TABLE subscriptions DROP CONSTRAINT subscription_is_in_a_recorded_period"

HOLDING = Q(status__in=("active", "past_due"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_period_resets")]
    operations = [
        migrations.CreateModel(
            name="SubscriptionPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("credits", models.PositiveIntegerField(help_text="What the plan gave when the period began.")),
                ("begun_at", models.DateTimeField(db_default=apps.common.sql.ClockTimestamp(), editable=False)),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.plan",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="periods",
                        to="accounts.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "subscription_periods",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=["subscription", "starts_at"], name="one_row_per_period"),
                    models.CheckConstraint(
                        condition=Q(ends_at__gt=F("starts_at")), name="recorded_period_ends_after_it_starts"
                    ),
                ],
            },
        ),
        migrations.AddField(
            "subscription",
            "next_plan",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.plan",
            ),
        ),
        migrations.AddField("subscription", "ends_with_period", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "subscription",
            "unpaid_period_start",
            models.DateTimeField(
                blank=True, help_text="Begin of the period that the last failed payment was for.", null=True
            ),
        ),
        migrations.AddField("subscription", "ended_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(WHAT_IS_THERE, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(IN_A_PERIOD, reverse_sql=IN_ANY_PERIOD),
        apps.common.sql.AppendOnly("subscription_periods"),
        migrations.RemoveConstraint("subscription", "one_active_subscription"),
        migrations.AddConstraint(
            "subscription",
            models.UniqueConstraint(condition=HOLDING, fields=("user",), name="one_subscription_at_a_time"),
        ),
        migrations.AddConstraint(
            "subscription",
            models.CheckConstraint(
                condition=Q(
                    status="past_due",
                    unpaid_period_start__isnull=False,
                    unpaid_period_start__gt=F("current_period_start"),
                )
                | (~Q(status="past_due") & Q(unpaid_period_start=None)),
                name="past_due_for_a_period_to_come",
            ),
        ),
        migrations.AddConstraint(
            "subscription",
            models.CheckConstraint(
                condition=Q(status="cancelled", ended_at__isnull=False) | (~Q(status="cancelled") & Q(ended_at=None)),
                name="cancelled_subscription_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            "subscription",
            models.CheckConstraint(
                condition=Q(ends_with_period=False) | Q(next_plan=None), name="ending_subscription_has_no_next_plan"
            ),
        ),
        migrations.AddIndex(
            "subscription",
            models.Index(condition=HOLDING, fields=["current_period_end", "id"], name="subscription_by_period_end"),
        ),
    ]
