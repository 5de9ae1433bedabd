"""What staff ask for by hand is noted; a line knows where the printer has its picture."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.common.sql


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_due_times"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="artwork_url",
            field=models.URLField(
                blank=True,
                db_default="",
                help_text="Where the printer has it, once it was given to it.",
                max_length=500,
            ),
        ),
        migrations.CreateModel(
            name="StaffRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=apps.common.sql.UuidV7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("cancel", "Cancel"),
                            ("refund", "Refund"),
                            ("resend_confirmation", "Send the confirmation again"),
                            ("resend_shipping_notice", "Send the shipping notification again"),
                        ],
                        max_length=24,
                    ),
                ),
                ("asked_at", models.DateTimeField(db_default=apps.common.sql.ClockTimestamp())),
                (
                    "amount_minor",
                    models.PositiveIntegerField(help_text="Of a refund, in the order's currency.", null=True),
                ),
                ("reason", models.CharField(blank=True, db_default="", max_length=300)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("done", "Done"), ("refused", "Refused")], db_default="", max_length=12
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_requests",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "db_table": "order_staff_requests",
                "indexes": [
                    models.Index(fields=["order", "act", "asked_at"], name="staff_request_of_order"),
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["act", "asked_at"], name="staff_request_open"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("order", "act"),
                        name="one_open_staff_request_per_act",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("outcome", "")),
                            models.Q(("ended_at__isnull", False), ("outcome__in", ["done", "refused"])),
                            _connector="OR",
                        ),
                        name="staff_request_outcome_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act", "refund"), ("amount_minor__gt", 0)),
                            models.Q(models.Q(("act", "refund"), _negated=True), ("amount_minor", None)),
                            _connector="OR",
                        ),
                        name="staff_refund_has_an_amount",
                    ),
                ],
            },
        ),
    ]
