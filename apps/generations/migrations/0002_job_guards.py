"""Jobs move only along the transition table, each move notes the transaction that made it, and none is ever removed.

The moves stand in ``states.TRANSITIONS``; a test holds the two against each other.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION generation_jobs_guard_move() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF (NEW.id, NEW.user_id, NEW.created_at, NEW.queued_xid) IS DISTINCT FROM
     (OLD.id, OLD.user_id, OLD.created_at, OLD.queued_xid) THEN
    RAISE EXCEPTION 'generation job %: its owner and beginning never change', OLD.id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'job_keeps_its_beginning',
            TABLE = 'generation_jobs';
  END IF;
  IF NEW.status = OLD.status THEN
    IF (NEW.started_at, NEW.completed_at) IS DISTINCT FROM (OLD.started_at, OLD.completed_at) THEN
      RAISE EXCEPTION 'generation job %: its times change only with its status', OLD.id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'job_times_follow_its_status',
              TABLE = 'generation_jobs';
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.status, NEW.status) NOT IN (('queued', 'processing'), ('queued', 'failed'),
                                      ('processing', 'completed'), ('processing', 'failed')) THEN
    RAISE EXCEPTION 'generation job %: no move from % to %', OLD.id, OLD.status, NEW.status
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'job_moves_along_its_states',
            TABLE = 'generation_jobs';
  END IF;
  IF NEW.status = 'processing' THEN
    NEW.started_xid := pg_current_xact_id();
  ELSE
    NEW.finished_xid := pg_current_xact_id();
  END IF;
  RETURN NEW;
END $fn$;
CREATE FUNCTION generation_jobs_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  RAISE EXCEPTION 'generation jobs are kept: the timeline and the ledger never lose a line'
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'job_is_kept', TABLE = 'generation_jobs';
END $fn$;
CREATE TRIGGER job_is_kept BEFORE DELETE OR TRUNCATE ON generation_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION generation_jobs_refuse_removal();
CREATE TRIGGER generation_jobs_guard_move BEFORE UPDATE ON generation_jobs
  FOR EACH ROW EXECUTE FUNCTION generation_jobs_guard_move();
"""

UNGUARD = """
DROP TRIGGER generation_jobs_guard_move ON generation_jobs;
DROP FUNCTION generation_jobs_guard_move();
DROP TRIGGER job_is_kept ON generation_jobs;
DROP FUNCTION generation_jobs_refuse_removal();
"""


class Migration(migrations.Migration):
    dependencies = [("generations", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, reverse_sql=UNGUARD)]
