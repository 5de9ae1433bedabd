"""What the staff's pages about orders and the log need: permissions of their own, indexes of the order list, and open
problems that know the number of their order and when an occurrence of them was resolved before.

Indexes are built beside running writers, which may take longer than any statement of the product is allowed to.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Collate, Lower

RESOLVED_BEFORE = """
CREATE FUNCTION activity_log_resolved_before(problem text, OUT at timestamptz, OUT how text)
LANGUAGE sql STABLE AS $fn$
  SELECT resolved_at, resolution FROM activity_log
   WHERE fingerprint = problem AND resolved_at IS NOT NULL ORDER BY resolved_at DESC LIMIT 1
$fn$;
"""
NO_RESOLVED_BEFORE = "DROP FUNCTION activity_log_resolved_before(text)"

# As in the guards, with the order's number and the resolution of before.
OPEN_PROBLEM = """
CREATE OR REPLACE FUNCTION activity_log_open_problem() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE
  before record;
BEGIN
  SELECT * INTO before FROM activity_log_resolved_before(NEW.fingerprint);
  INSERT INTO open_problems AS problem (fingerprint, event_type, level, order_id, order_number, message, entries,
                                        first_occurred_at, last_occurred_at, last_entry_id,
                                        resolved_before_at, resolution_before)
  VALUES (NEW.fingerprint, NEW.event_type, NEW.level, NEW.order_id,
          left(coalesce(NEW.payload ->> 'order_number', ''), 24), NEW.message, 1,
          NEW.occurred_at, NEW.occurred_at, NEW.id, before.at, coalesce(before.how, ''))
  ON CONFLICT (fingerprint) DO UPDATE
    SET entries = problem.entries + 1,
        first_occurred_at = LEAST(problem.first_occurred_at, EXCLUDED.first_occurred_at),
        (last_occurred_at, last_entry_id, level, message, order_number) =
          (SELECT late.at, late.id, late.level, late.message, late.number
             FROM (VALUES (problem.last_occurred_at, problem.last_entry_id, problem.level, problem.message,
                           problem.order_number),
                          (EXCLUDED.last_occurred_at, EXCLUDED.last_entry_id, EXCLUDED.level, EXCLUDED.message,
                           EXCLUDED.order_number))
                  AS late (at, id, level, message, number)
            ORDER BY late.at DESC, late.id DESC LIMIT 1);
  RETURN NULL;
END $fn$;
"""

RECOUNT = """
CREATE OR REPLACE FUNCTION activity_log_recount_problem(problem text, more bigint) RETURNS void LANGUAGE plpgsql
AS $fn$
DECLARE
  newest activity_log;
  oldest timestamptz;
  before record;
  left_over bigint;
BEGIN
  UPDATE open_problems SET entries = entries + more WHERE fingerprint = problem RETURNING entries INTO left_over;
  IF NOT FOUND THEN
    INSERT INTO open_problems AS it (fingerprint, event_type, level, message, entries,
                                     first_occurred_at, last_occurred_at, last_entry_id)
    VALUES (problem, '', 'error', '', more, '-infinity', '-infinity', '00000000-0000-0000-0000-000000000000')
    ON CONFLICT (fingerprint) DO UPDATE SET entries = it.entries + EXCLUDED.entries
    RETURNING entries INTO left_over;
  END IF;
  IF left_over <= 0 THEN
    DELETE FROM open_problems WHERE fingerprint = problem;
    RETURN;
  END IF;
  SELECT * INTO newest FROM activity_log
   WHERE fingerprint = problem AND level IN ('warning', 'error') AND resolved_at IS NULL
   ORDER BY occurred_at DESC, id DESC LIMIT 1;
  SELECT occurred_at INTO oldest FROM activity_log
   WHERE fingerprint = problem AND level IN ('warning', 'error') AND resolved_at IS NULL
   ORDER BY occurred_at, id LIMIT 1;
  SELECT * INTO before FROM activity_log_resolved_before(problem);
  UPDATE open_problems
     SET event_type = newest.event_type, level = newest.level, order_id = newest.order_id,
         order_number = left(coalesce(newest.payload ->> 'order_number', ''), 24), message = newest.message,
         first_occurred_at = oldest, last_occurred_at = newest.occurred_at, last_entry_id = newest.id,
         resolved_before_at = before.at, resolution_before = coalesce(before.how, '')
   WHERE fingerprint = problem;
END $fn$;
"""

FILL = """
UPDATE open_problems AS problem
   SET order_number = left(coalesce(entry.payload ->> 'order_number', ''), 24),
       (resolved_before_at, resolution_before) =
         (SELECT before.at, coalesce(before.how, '') FROM activity_log_resolved_before(problem.fingerprint) AS before)
  FROM activity_log AS entry WHERE entry.id = problem.last_entry_id
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0008_retention")]
    operations = [
        migrations.AlterModelOptions(name="activityentry", options={"default_permissions": ("view",)}),
        migrations.AlterModelOptions(name="openproblem", options={"default_permissions": ("view",)}),
        migrations.AlterModelOptions(name="resolution", options={"default_permissions": ("view",)}),
        migrations.AlterModelOptions(
            name="order",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("work_orders", "Can work on orders: resolve problems, comment, submit and mail again, cancel"),
                    ("refund_orders", "Can give customers their money back"),
                ],
            },
        ),
        migrations.AddField("openproblem", "order_number", models.CharField(db_default="", default="", max_length=24)),
        migrations.AddField(
            "openproblem",
            "resolved_before_at",
            models.DateTimeField(
                help_text="When an occurrence of it was last resolved: what occurred later has come back.", null=True
            ),
        ),
        migrations.AddField(
            "openproblem",
            "resolution_before",
            models.CharField(
                choices=[("manual", "Resolved"), ("recovered", "Recovered"), ("bulk", "Resolved together")],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
        migrations.RunSQL("SET statement_timeout = 0", reverse_sql="RESET statement_timeout"),
        AddIndexConcurrently(
            "activityentry",
            models.Index(
                fields=["fingerprint", "resolved_at"], condition=Q(resolved_at__isnull=False), name="entry_resolved"
            ),
        ),
        AddIndexConcurrently("order", models.Index(fields=["status", "created_at", "id"], name="order_by_status")),
        AddIndexConcurrently(
            "order",
            models.Index(Collate(Lower("email"), "C"), F("created_at"), F("id"), name="order_by_email"),
        ),
        migrations.RunSQL(RESOLVED_BEFORE, reverse_sql=NO_RESOLVED_BEFORE),
        migrations.RunSQL(OPEN_PROBLEM, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(RECOUNT, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL("RESET statement_timeout", reverse_sql="SET statement_timeout = 0"),
    ]
