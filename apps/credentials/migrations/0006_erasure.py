"""A person's words can be taken out of what is never changed otherwise.

Only a transaction that says ``SET LOCAL credentials.permit = 'erase'`` may, and only what names or describes the
recipient: what happened, when, to which issuance and by whose word stays.
"""

from django.db import migrations

_REFUSE = """
CREATE OR REPLACE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  {erasure}
  RAISE EXCEPTION '{table} is append-only: write a new row that corrects the old one'
    USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_append_only', TABLE = '{table}';
END $fn$
"""

_ERASURE = """
  IF TG_OP = 'UPDATE' AND coalesce(current_setting('credentials.permit', true), '') = 'erase' THEN
    -- Of what is compared only the words may differ.
    {words}
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
"""

_GUARD = """
CREATE OR REPLACE FUNCTION credential_issuances_guard() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' AND NEW.event_count = 0 AND NEW.latest_type = '' AND NEW.latest_at IS NULL THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    -- Of what is compared only the issuer's word may differ, and what an erasure takes out.
    OLD.standing := NEW.standing;
    {erasure}
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'where an issuance stands is moved by its events alone'
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'issuance_follows_its_events',
          TABLE = 'credential_issuances';
END $fn$
"""

_ERASURE_OF_ISSUANCES = """
    IF coalesce(current_setting('credentials.permit', true), '') = 'erase' THEN
      OLD.recipient_identifier := NEW.recipient_identifier;
      OLD.error := NEW.error;
    END IF;
"""


def _erasable(table, *columns):
    words = " ".join(f"OLD.{column} := NEW.{column};" for column in columns)
    return migrations.RunSQL(
        _REFUSE.format(table=table, erasure=_ERASURE.format(words=words)),
        reverse_sql=_REFUSE.format(table=table, erasure=""),
    )


class Migration(migrations.Migration):
    dependencies = [("credentials", "0005_standing_by_issuer")]
    operations = [
        _erasable("credential_activity", "recipient_identifier", "metadata"),
        _erasable("credentials", "document", "signed"),
        migrations.RunSQL(_GUARD.format(erasure=_ERASURE_OF_ISSUANCES), reverse_sql=_GUARD.format(erasure="")),
    ]
