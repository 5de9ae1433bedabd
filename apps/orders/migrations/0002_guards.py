"""What the shop's tables refuse whoever writes them, and what they keep up themselves.

The log is append-only. Of an entry only the resolution changes, and the order, to null, when that is deleted. Only a
transaction that says ``SET LOCAL activity_log.permit = 'prune'`` removes entries, and even that none which still need
attention; only one that says ``'erase'`` takes a person's words out of them. ``open_problems`` follows the log under its
own row locks, one a problem. Facts about an order are noted once.
"""

from django.db import migrations

LOG_GUARD = """
CREATE FUNCTION activity_log_refuse(what text) RETURNS void LANGUAGE plpgsql AS $fn$
BEGIN
  RAISE EXCEPTION 'activity_log is append-only: %', what
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activity_log_append_only', TABLE = 'activity_log';
END $fn$;

CREATE FUNCTION activity_log_guard_update() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF (NEW.id, NEW.event_type, NEW.level, NEW.occurred_at, NEW.inserted_at, NEW.fingerprint, NEW.source_key,
      NEW.backfilled, NEW.written_xid)
     IS DISTINCT FROM
     (OLD.id, OLD.event_type, OLD.level, OLD.occurred_at, OLD.inserted_at, OLD.fingerprint, OLD.source_key,
      OLD.backfilled, OLD.written_xid) THEN
    PERFORM activity_log_refuse('what an entry says never changes');
  END IF;
  IF (NEW.payload, NEW.message) IS DISTINCT FROM (OLD.payload, OLD.message)
     AND coalesce(current_setting('activity_log.permit', true), '') <> 'erase' THEN
    PERFORM activity_log_refuse('only the erasure of a person changes words');
  END IF;
  IF NEW.order_id IS DISTINCT FROM OLD.order_id AND NEW.order_id IS NOT NULL THEN
    PERFORM activity_log_refuse('an entry keeps its order, or loses it when that is deleted');
  END IF;
  RETURN NEW;
END $fn$;
CREATE TRIGGER activity_log_guard_update BEFORE UPDATE ON activity_log
  FOR EACH ROW EXECUTE FUNCTION activity_log_guard_update();

CREATE FUNCTION activity_log_guard_delete() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF coalesce(current_setting('activity_log.permit', true), '') <> 'prune' THEN
    PERFORM activity_log_refuse('only the pruner removes entries');
  END IF;
  IF OLD.level IN ('warning', 'error') AND OLD.resolved_at IS NULL THEN
    PERFORM activity_log_refuse('what needs attention is kept until it is resolved');
  END IF;
  RETURN OLD;
END $fn$;
CREATE TRIGGER activity_log_guard_delete BEFORE DELETE ON activity_log
  FOR EACH ROW EXECUTE FUNCTION activity_log_guard_delete();

CREATE FUNCTION activity_log_guard_truncate() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  PERFORM activity_log_refuse('it is never emptied');
  RETURN NULL;
END $fn$;
CREATE TRIGGER activity_log_guard_truncate BEFORE TRUNCATE ON activity_log
  FOR EACH STATEMENT EXECUTE FUNCTION activity_log_guard_truncate();
"""

NO_LOG_GUARD = """
DROP TRIGGER activity_log_guard_truncate ON activity_log;
DROP TRIGGER activity_log_guard_delete ON activity_log;
DROP TRIGGER activity_log_guard_update ON activity_log;
DROP FUNCTION activity_log_guard_truncate();
DROP FUNCTION activity_log_guard_delete();
DROP FUNCTION activity_log_guard_update();
DROP FUNCTION activity_log_refuse(text);
"""

OPEN_PROBLEMS = """
CREATE FUNCTION activity_log_open_problem() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  INSERT INTO open_problems AS problem (fingerprint, event_type, level, order_id, message, entries,
                                        first_occurred_at, last_occurred_at, last_entry_id)
  VALUES (NEW.fingerprint, NEW.event_type, NEW.level, NEW.order_id, NEW.message, 1,
          NEW.occurred_at, NEW.occurred_at, NEW.id)
  ON CONFLICT (fingerprint) DO UPDATE
    SET entries = problem.entries + 1,
        first_occurred_at = LEAST(problem.first_occurred_at, EXCLUDED.first_occurred_at),
        (last_occurred_at, last_entry_id, level, message) =
          (SELECT late.at, late.id, late.level, late.message
             FROM (VALUES (problem.last_occurred_at, problem.last_entry_id, problem.level, problem.message),
                          (EXCLUDED.last_occurred_at, EXCLUDED.last_entry_id, EXCLUDED.level, EXCLUDED.message))
                  AS late (at, id, level, message)
            ORDER BY late.at DESC, late.id DESC LIMIT 1);
  RETURN NULL;
END $fn$;
CREATE TRIGGER activity_log_open_problem AFTER INSERT ON activity_log FOR EACH ROW
  WHEN (NEW.level IN ('warning', 'error') AND NEW.resolved_at IS NULL)
  EXECUTE FUNCTION activity_log_open_problem();

-- The problems whose entries were resolved or opened again, counted anew under their row's lock. They are locked in
-- one order, so that two who resolve the same ones wait for each other instead of deadlocking.
CREATE FUNCTION activity_log_follow_resolutions() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE
  moved record;
BEGIN
  FOR moved IN
    SELECT was.fingerprint,
           count(*) FILTER (WHERE now_is.resolved_at IS NULL)
             - count(*) FILTER (WHERE was.resolved_at IS NULL) AS more
      FROM was JOIN now_is USING (id)
     WHERE (was.resolved_at IS NULL) <> (now_is.resolved_at IS NULL)
     GROUP BY was.fingerprint ORDER BY was.fingerprint
  LOOP
    PERFORM activity_log_recount_problem(moved.fingerprint, moved.more);
  END LOOP;
  RETURN NULL;
END $fn$;

CREATE FUNCTION activity_log_recount_problem(problem text, more bigint) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE
  newest activity_log;
  oldest timestamptz;
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
  UPDATE open_problems
     SET event_type = newest.event_type, level = newest.level, order_id = newest.order_id, message = newest.message,
         first_occurred_at = oldest, last_occurred_at = newest.occurred_at, last_entry_id = newest.id
   WHERE fingerprint = problem;
END $fn$;
CREATE TRIGGER activity_log_follow_resolutions AFTER UPDATE ON activity_log
  REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION activity_log_follow_resolutions();
"""

NO_OPEN_PROBLEMS = """
DROP TRIGGER activity_log_follow_resolutions ON activity_log;
DROP TRIGGER activity_log_open_problem ON activity_log;
DROP FUNCTION activity_log_follow_resolutions();
DROP FUNCTION activity_log_recount_problem(text, bigint);
DROP FUNCTION activity_log_open_problem();
"""

RESOLUTION_GUARD = """
CREATE FUNCTION activity_log_resolutions_guard() RETURNS trigger LANGUAGE plpgsql AS $fn$
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
CREATE TRIGGER activity_log_resolutions_guard BEFORE UPDATE OR DELETE ON activity_log_resolutions
  FOR EACH ROW EXECUTE FUNCTION activity_log_resolutions_guard();
"""

NO_RESOLUTION_GUARD = """
DROP TRIGGER activity_log_resolutions_guard ON activity_log_resolutions;
DROP FUNCTION activity_log_resolutions_guard();
"""

# Refunds of one order step by step, and facts once: a later report of the same fact changes nothing.
ORDER_GUARD = """
CREATE FUNCTION orders_keep_facts() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF (NEW.id, NEW.number, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.number, OLD.created_at)
     OR (OLD.expired_at IS NOT NULL AND NEW.expired_at IS DISTINCT FROM OLD.expired_at)
     OR (OLD.paid_at IS NOT NULL AND NEW.paid_at IS DISTINCT FROM OLD.paid_at)
     OR (OLD.submitted_at IS NOT NULL AND NEW.submitted_at IS DISTINCT FROM OLD.submitted_at)
     OR (OLD.in_production_at IS NOT NULL AND NEW.in_production_at IS DISTINCT FROM OLD.in_production_at)
     OR (OLD.shipped_at IS NOT NULL AND NEW.shipped_at IS DISTINCT FROM LEAST(NEW.shipped_at, OLD.shipped_at))
     OR (OLD.delivered_at IS NOT NULL AND NEW.delivered_at IS DISTINCT FROM OLD.delivered_at)
     OR (OLD.cancelled_at IS NOT NULL AND NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at)
     OR NEW.refunded_minor < OLD.refunded_minor THEN
    RAISE EXCEPTION 'order %: what is known about it is never changed or taken back', OLD.number
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'order_keeps_its_facts', TABLE = 'orders';
  END IF;
  RETURN NEW;
END $fn$;
CREATE TRIGGER orders_keep_facts BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_keep_facts();

CREATE FUNCTION orders_leave_the_log() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  UPDATE activity_log SET order_id = NULL WHERE order_id = OLD.id;
  UPDATE open_problems SET order_id = NULL WHERE order_id = OLD.id;
  RETURN NULL;
END $fn$;
CREATE TRIGGER orders_leave_the_log AFTER DELETE ON orders FOR EACH ROW EXECUTE FUNCTION orders_leave_the_log();
"""

NO_ORDER_GUARD = """
DROP TRIGGER orders_leave_the_log ON orders;
DROP FUNCTION orders_leave_the_log();
DROP TRIGGER orders_keep_facts ON orders;
DROP FUNCTION orders_keep_facts();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.RunSQL(LOG_GUARD, reverse_sql=NO_LOG_GUARD),
        migrations.RunSQL(OPEN_PROBLEMS, reverse_sql=NO_OPEN_PROBLEMS),
        migrations.RunSQL(RESOLUTION_GUARD, reverse_sql=NO_RESOLUTION_GUARD),
        migrations.RunSQL(ORDER_GUARD, reverse_sql=NO_ORDER_GUARD),
        migrations.RunSQL(
            "ALTER TABLE open_problems SET (fillfactor = 70)",
            reverse_sql="ALTER TABLE open_problems RESET (fillfactor)",
        ),
    ]
