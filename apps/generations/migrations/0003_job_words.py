"""The words of ended jobs' prompts, in the order of the timeline, so that a search reads a page and not a history.

An inverted index as a table: a trigram or text index finds a common word's rows all at once and in no order, which
for a person with a hundred thousand jobs means reading most of them. Here a search is one range of
``(user, word, time, job)``, like every other page. An ended job never moves, so its rows are written once; that costs
about a row for each different word. Statement triggers write them, so that copying many jobs stays one step.
"""

from django.db import migrations, models

WORDS = """
CREATE FUNCTION prompt_words(prompt text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $fn$
  SELECT COALESCE(array_agg(DISTINCT left(word, 40)), '{}')
    FROM regexp_split_to_table(lower(prompt), '[^[:alnum:]]+') AS word WHERE word <> ''
$fn$;
CREATE FUNCTION generation_jobs_add_words() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM generation_job_words AS kept
     USING before JOIN after USING (id), unnest(prompt_words(before.prompt_text)) AS gone(word)
     WHERE before.prompt_text <> after.prompt_text AND kept.user_id = before.user_id AND kept.word = gone.word
       AND kept.occurred_at = before.occurred_at AND kept.job_id = before.id;
    INSERT INTO generation_job_words (user_id, word, occurred_at, job_id)
    SELECT after.user_id, word, after.occurred_at, after.id
      FROM after JOIN before USING (id), unnest(prompt_words(after.prompt_text)) AS word
     WHERE after.status IN ('completed', 'failed')
       AND (before.status <> after.status OR before.prompt_text <> after.prompt_text);
  ELSE
    INSERT INTO generation_job_words (user_id, word, occurred_at, job_id)
    SELECT after.user_id, word, after.occurred_at, after.id
      FROM after, unnest(prompt_words(after.prompt_text)) AS word
     WHERE after.status IN ('completed', 'failed');
  END IF;
  RETURN NULL;
END $fn$;
INSERT INTO generation_job_words (user_id, word, occurred_at, job_id)
SELECT job.user_id, word, job.occurred_at, job.id
  FROM generation_jobs AS job, unnest(prompt_words(job.prompt_text)) AS word
 WHERE job.status IN ('completed', 'failed');
CREATE TRIGGER generation_jobs_words_of_new AFTER INSERT ON generation_jobs
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION generation_jobs_add_words();
CREATE TRIGGER generation_jobs_words_of_changed AFTER UPDATE ON generation_jobs
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION generation_jobs_add_words();
"""

NO_WORDS = """
DROP TRIGGER generation_jobs_words_of_changed ON generation_jobs;
DROP TRIGGER generation_jobs_words_of_new ON generation_jobs;
DROP FUNCTION generation_jobs_add_words();
DROP FUNCTION prompt_words(text);
"""


class Migration(migrations.Migration):
    dependencies = [("generations", "0002_job_guards")]
    operations = [
        migrations.CreateModel(
            name="JobWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id", "word", "occurred_at", "job_id",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("word", models.CharField(max_length=40)),
                ("occurred_at", models.DateTimeField()),
                ("job_id", models.UUIDField()),
            ],
            options={"db_table": "generation_job_words"},
        ),
        migrations.RunSQL(WORDS, reverse_sql=NO_WORDS),
    ]  # fmt: skip
