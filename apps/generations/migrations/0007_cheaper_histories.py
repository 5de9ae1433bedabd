"""What a history of many jobs costs the triggers: prompts are taken apart in place, and jobs found by their key.

The words of a prompt are the same as before. As a function that the planner puts in the place of its call they cost
half. And a plan that reads all jobs once, good for the first batch of a history, is kept for all that follow.
"""

from importlib import import_module

from django.db import migrations

_BY_KEY = import_module("apps.credits.migrations.0005_checks_by_statement").BY_KEY

IN_PLACE = f"""
CREATE FUNCTION words_of(prompt text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10 AS $fn$
  SELECT DISTINCT left(word, 40)
    FROM string_to_table(regexp_replace(lower(prompt), '[^[:alnum:]]+', ' ', 'g'), ' ') AS word WHERE word <> ''
$fn$;
CREATE OR REPLACE FUNCTION prompt_words(prompt text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $fn$
  SELECT COALESCE(array_agg(word ORDER BY word), '{{}}') FROM words_of(prompt) AS word
$fn$;
CREATE OR REPLACE FUNCTION generation_jobs_add_words() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM generation_job_words AS kept
     USING before JOIN after USING (id), words_of(before.prompt_text) AS gone(word)
     WHERE before.prompt_text <> after.prompt_text AND kept.user_id = before.user_id AND kept.word = gone.word
       AND kept.occurred_at = before.occurred_at AND kept.job_id = before.id;
    INSERT INTO generation_job_words (user_id, word, occurred_at, job_id)
    SELECT after.user_id, word, after.occurred_at, after.id
      FROM after JOIN before USING (id), words_of(after.prompt_text) AS word
     WHERE after.status IN ('completed', 'failed')
       AND (before.status <> after.status OR before.prompt_text <> after.prompt_text);
  ELSE
    INSERT INTO generation_job_words (user_id, word, occurred_at, job_id)
    SELECT after.user_id, word, after.occurred_at, after.id
      FROM after, words_of(after.prompt_text) AS word
     WHERE after.status IN ('completed', 'failed');
  END IF;
  RETURN NULL;
END $fn$;
ALTER FUNCTION credit_transactions_check_jobs() {_BY_KEY};
"""


def _before() -> str:
    """The functions as they were: the migration that made them, without its table and triggers."""
    made: str = import_module("apps.generations.migrations.0003_job_words").WORDS
    functions = made[: made.index("INSERT INTO generation_job_words (user_id, word, occurred_at, job_id)\nSELECT job.")]
    return functions.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


CALLED = f"""
ALTER FUNCTION credit_transactions_check_jobs() RESET ALL;
{_before()}
DROP FUNCTION words_of(text);
"""


class Migration(migrations.Migration):
    dependencies = [("generations", "0006_gallery"), ("credits", "0005_checks_by_statement")]
    operations = [migrations.RunSQL(IN_PLACE, reverse_sql=CALLED)]
