"""An order says when something should have happened to it: to its submission, to its news from the provider.

``submission_due_at`` and ``reconcile_due_at`` take the place of ``submission_started_at`` and ``reconciled_at``; what
those knew is carried over. No statement holds a lock for longer than the catalogue takes.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

STATUSES = [
    ("awaiting_payment", "Awaiting payment"),
    ("expired", "Not paid"),
    ("paid", "Paid"),
    ("submitted", "Submitted"),
    ("in_production", "In production"),
    ("shipped", "Shipped"),
    ("delivered", "Delivered"),
    ("cancelled", "Cancelled"),
]

# An attempt that had failed and wasn't the last was to be tried again; what died half-way is noticed by being due.
CARRY_OVER = """
UPDATE orders SET submission_due_at = COALESCE(submission_started_at, paid_at) + interval '17 minutes'
 WHERE status = 'paid' AND imported_from IS NULL AND (submission_attempts < 3 OR fulfilment_error = '');
UPDATE orders SET reconcile_due_at = reconciled_at + interval '30 minutes'
 WHERE status IN ('in_production', 'shipped', 'submitted') AND printify_id <> '';
"""
CARRY_BACK = """
UPDATE orders SET submission_started_at = submission_due_at - interval '17 minutes'
 WHERE status = 'paid' AND submission_due_at IS NOT NULL;
"""


def _overdue(status: str, column: str, awaiting: str) -> AddIndexConcurrently:
    condition = Q(status=status) & ~Q(overdue_told=status) & Q(imported_from=None)
    return AddIndexConcurrently(
        "order", models.Index(fields=[column], condition=condition, name=f"order_awaiting_{awaiting}")
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0004_artwork")]
    operations = [
        migrations.AddField(
            "order",
            "submission_attempts_granted",
            models.PositiveSmallIntegerField(default=3, db_default=3, help_text="Staff can grant another."),
        ),
        migrations.AddField(
            "order",
            "submission_due_at",
            models.DateTimeField(
                null=True,
                blank=True,
                help_text="When something should have happened to the submission; null where nothing will by itself.",
            ),
        ),
        migrations.AddField(
            "order",
            "reconcile_due_at",
            models.DateTimeField(
                null=True,
                blank=True,
                help_text="When the provider is to be asked, unless it speaks before; null for never.",
            ),
        ),
        migrations.AddField(
            "order",
            "overdue_told",
            models.CharField(
                max_length=20,
                choices=STATUSES,
                blank=True,
                db_default="",
                help_text="The last status in which it was reported as overdue.",
            ),
        ),
        migrations.RunSQL(CARRY_OVER, reverse_sql=CARRY_BACK),
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["submission_due_at"],
                condition=Q(status="paid", submission_due_at__isnull=False),
                name="order_submission_due",
            ),
        ),
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["reconcile_due_at"],
                condition=Q(status__in=["in_production", "shipped", "submitted"], reconcile_due_at__isnull=False),
                name="order_reconcile_due",
            ),
        ),
        _overdue("paid", "paid_at", "submitted"),
        _overdue("in_production", "in_production_at", "shipped"),
        _overdue("shipped", "shipped_at", "delivered"),
        RemoveIndexConcurrently("order", "order_to_submit"),
        RemoveIndexConcurrently("order", "order_to_reconcile"),
        migrations.RemoveField("order", "submission_started_at"),
        migrations.RemoveField("order", "reconciled_at"),
    ]
