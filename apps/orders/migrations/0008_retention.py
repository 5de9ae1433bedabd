"""What the pruner needs: the log by the time of recording, acts that it may remove, and space that comes back soon.

An act of resolving stays on record as long as an entry that it took does. The space of a night's pruning is taken back
that very night: a ninetieth of the log is less than the fifth of it that autovacuum waits for by itself.
"""

from django.db import migrations, models

RESOLUTION_GUARD = """
CREATE OR REPLACE FUNCTION activity_log_resolutions_guard() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.undone_at IS NULL
     AND (NEW.id, NEW.kind, NEW.entry_ids, NEW.made_at, NEW.made_by_id, NEW.mended_by_id)
         IS NOT DISTINCT FROM
         (OLD.id, OLD.kind, OLD.entry_ids, OLD.made_at, OLD.made_by_id, OLD.mended_by_id) THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND coalesce(current_setting('activity_log.permit', true), '') = 'prune'
     AND NOT EXISTS (SELECT FROM activity_log WHERE id = ANY (OLD.entry_ids)) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'who resolved what, and who took it back, is kept as it was'
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activity_log_resolutions_append_only',
          TABLE = 'activity_log_resolutions';
END $fn$;
"""

STRICTER_GUARD = """
CREATE OR REPLACE FUNCTION activity_log_resolutions_guard() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.undone_at IS NULL
     AND (NEW.id, NEW.kind, NEW.entry_ids, NEW.made_at, NEW.made_by_id, NEW.mended_by_id)
         IS NOT DISTINCT FROM
         (OLD.id, OLD.kind, OLD.entry_ids, OLD.made_at, OLD.made_by_id, OLD.mended_by_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'who resolved what, and who took it back, is kept as it was'
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activity_log_resolutions_append_only',
          TABLE = 'activity_log_resolutions';
END $fn$;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_abandoned_carts")]
    operations = [
        migrations.AddIndex("ActivityEntry", models.Index(fields=["inserted_at"], name="entry_by_recording")),
        migrations.RunSQL(RESOLUTION_GUARD, reverse_sql=STRICTER_GUARD),
        migrations.RunSQL(
            "ALTER TABLE activity_log"
            " SET (autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_insert_scale_factor = 0.05)",
            reverse_sql="ALTER TABLE activity_log"
            " RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)",
        ),
    ]
