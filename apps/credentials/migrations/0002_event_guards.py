"""What the tables refuse whoever writes them: an event out of order, out of time or changed; a summary that lies.

The trigger on events holds the issuer's clock, which makes the issuer's events come one after another until commit:
so a reader who has seen a time has seen every earlier one. It then moves the issuance on, if the chain allows it.
"""

from django.db import migrations

from apps.common.sql import AppendOnly

PLACED = """
CREATE FUNCTION credential_activity_place() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE
  chain credential_issuances;
BEGIN
  SELECT * INTO chain FROM credential_issuances WHERE id = NEW.issuance_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no issuance %', NEW.issuance_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'event_has_an_issuance', TABLE = 'credential_activity';
  END IF;
  NEW.actor_id := chain.issuer_id;
  NEW.activity_id := chain.activity_id;
  NEW.boost_id := chain.boost_id;
  NEW.integration_id := chain.integration_id;

  INSERT INTO credential_issuer_clocks AS clock (profile_id, last_at)
  VALUES (chain.issuer_id, CASE WHEN NEW.timestamp = 'infinity' THEN clock_timestamp() ELSE NEW.timestamp END)
  ON CONFLICT (profile_id) DO UPDATE
    SET last_at = GREATEST(CASE WHEN NEW.timestamp = 'infinity' THEN clock_timestamp() ELSE NEW.timestamp END,
                           clock.last_at + interval '1 microsecond')
  RETURNING last_at INTO NEW.timestamp;
  IF NEW.timestamp > clock_timestamp() + interval '1 minute' THEN
    RAISE EXCEPTION 'an event at % is still to come', NEW.timestamp
      USING ERRCODE = 'check_violation', CONSTRAINT = 'event_is_not_in_the_future', TABLE = 'credential_activity';
  END IF;

  UPDATE credential_issuances
     SET latest_type = NEW.event_type,
         latest_at = NEW.timestamp,
         first_at = COALESCE(first_at, NEW.timestamp),
         claimed_at = CASE WHEN NEW.event_type = 'CLAIMED' THEN NEW.timestamp ELSE claimed_at END,
         was_created = was_created OR NEW.event_type = 'CREATED',
         was_delivered = was_delivered OR NEW.event_type = 'DELIVERED',
         event_count = event_count + 1,
         recipient_type = CASE WHEN latest_type = '' THEN NEW.recipient_type ELSE recipient_type END,
         recipient_identifier = CASE WHEN latest_type = '' THEN NEW.recipient_identifier ELSE recipient_identifier END,
         recipient_profile_id = COALESCE(NEW.recipient_profile_id, recipient_profile_id),
         source = CASE WHEN latest_type = '' THEN NEW.source ELSE source END,
         error = CASE WHEN NEW.event_type = 'FAILED' THEN COALESCE(NEW.metadata ->> 'error', '') ELSE error END
   WHERE id = NEW.issuance_id
     AND (latest_type, NEW.event_type) IN (
       ('', 'CREATED'), ('', 'DELIVERED'), ('', 'FAILED'),
       ('CREATED', 'DELIVERED'), ('CREATED', 'CLAIMED'), ('CREATED', 'EXPIRED'), ('CREATED', 'FAILED'),
       ('DELIVERED', 'CLAIMED'), ('DELIVERED', 'EXPIRED'), ('DELIVERED', 'FAILED'))
     AND (NEW.event_type <> 'CLAIMED' OR standing = 'active');
  IF NOT FOUND THEN
    RAISE EXCEPTION '% can''t follow in the chain of issuance %', NEW.event_type, NEW.issuance_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'chain_goes_on_in_order',
            TABLE = 'credential_activity';
  END IF;
  RETURN NEW;
END $fn$;
CREATE TRIGGER credential_activity_place BEFORE INSERT ON credential_activity
  FOR EACH ROW EXECUTE FUNCTION credential_activity_place();
"""

UNPLACED = """
DROP TRIGGER credential_activity_place ON credential_activity;
DROP FUNCTION credential_activity_place();
"""

MOVED_BY_EVENTS = """
CREATE FUNCTION credential_issuances_guard() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' AND NEW.event_count = 0 AND NEW.latest_type = '' AND NEW.latest_at IS NULL THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    -- Of what is compared only the issuer's word may differ.
    OLD.standing := NEW.standing;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'where an issuance stands is moved by its events alone'
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'issuance_follows_its_events',
          TABLE = 'credential_issuances';
END $fn$;
CREATE TRIGGER issuance_follows_its_events BEFORE INSERT OR UPDATE OR DELETE ON credential_issuances
  FOR EACH ROW EXECUTE FUNCTION credential_issuances_guard();
CREATE TRIGGER issuances_are_never_emptied BEFORE TRUNCATE ON credential_issuances
  FOR EACH STATEMENT EXECUTE FUNCTION credential_issuances_guard();

CREATE FUNCTION credential_issuer_clocks_guard() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF pg_trigger_depth() > 1 THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an issuer''s clock is moved by events alone'
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'clock_follows_events',
          TABLE = 'credential_issuer_clocks';
END $fn$;
CREATE TRIGGER clock_follows_events BEFORE INSERT OR UPDATE OR DELETE ON credential_issuer_clocks
  FOR EACH ROW EXECUTE FUNCTION credential_issuer_clocks_guard();
"""

MOVED_BY_ANYONE = """
DROP TRIGGER clock_follows_events ON credential_issuer_clocks;
DROP FUNCTION credential_issuer_clocks_guard();
DROP TRIGGER issuances_are_never_emptied ON credential_issuances;
DROP TRIGGER issuance_follows_its_events ON credential_issuances;
DROP FUNCTION credential_issuances_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("credentials", "0001_initial")]
    operations = [
        migrations.RunSQL(PLACED, reverse_sql=UNPLACED),
        migrations.RunSQL(MOVED_BY_EVENTS, reverse_sql=MOVED_BY_ANYONE),
        AppendOnly("credential_activity"),
        AppendOnly("credentials"),
        migrations.RunSQL(
            "ALTER TABLE credential_issuer_clocks SET (fillfactor = 50)",
            reverse_sql="ALTER TABLE credential_issuer_clocks RESET (fillfactor)",
        ),
    ]
