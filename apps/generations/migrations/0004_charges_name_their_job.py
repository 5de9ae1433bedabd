"""Nothing is charged or refunded but for a generation job of the same person.

A foreign key can't say that: a transaction may be about other things too, and the ledger stands below the jobs. One
trigger for the whole statement stands in for it: jobs are never removed and never change hands, so it is enough to look
when a row is written. Whoever copies a history in writes the jobs first.
"""

from django.db import migrations

OF_ITS_PERSON = """
CREATE FUNCTION credit_transactions_check_jobs() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE wrong record;
BEGIN
  SELECT paid.user_id, paid.seq, paid.reference_id INTO wrong
    FROM written AS paid
   WHERE paid.reference_type = 'generation_job'
     AND NOT EXISTS (SELECT FROM generation_jobs AS job WHERE job.id = paid.reference_id AND job.user_id = paid.user_id)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'credit transaction % of user % is about job %, which is no job of theirs',
                    wrong.seq, wrong.user_id, wrong.reference_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'charge_names_a_job_of_its_person',
            TABLE = 'credit_transactions';
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER charge_names_a_job_of_its_person AFTER INSERT ON credit_transactions
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION credit_transactions_check_jobs();
"""

OF_ANYBODY = """
DROP TRIGGER charge_names_a_job_of_its_person ON credit_transactions;
DROP FUNCTION credit_transactions_check_jobs();
"""


class Migration(migrations.Migration):
    dependencies = [("generations", "0003_job_words"), ("credits", "0002_ledger_guards")]
    operations = [migrations.RunSQL(OF_ITS_PERSON, reverse_sql=OF_ANYBODY)]
