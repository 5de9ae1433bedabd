"""A refund gives back exactly what its charge took, and an adjustment says who made it and why.

The trigger is one for the whole statement, so that a history of a million rows is checked by one join when it has been
copied, and may bring charge and refund together.
"""

from django.db import migrations, models
from django.db.models import Q

REFUNDS = """
CREATE FUNCTION credit_transactions_check_refunds() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE wrong record;
BEGIN
  SELECT refund.user_id, refund.seq, refund.reference_id INTO wrong
    FROM written AS refund
   WHERE refund.type = 'refund'
     AND NOT EXISTS (SELECT FROM credit_transactions AS charge
                      WHERE charge.reference_type = 'generation_job' AND charge.reference_id = refund.reference_id
                        AND charge.type = 'generation' AND charge.user_id = refund.user_id
                        AND charge.amount = -refund.amount AND charge.seq < refund.seq)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'credit transaction % of user % gives back what job % was not charged',
                    wrong.seq, wrong.user_id, wrong.reference_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'refund_gives_back_its_charge',
            TABLE = 'credit_transactions';
  END IF;
  RETURN NULL;
END $fn$;
CREATE TRIGGER refund_gives_back_its_charge AFTER INSERT ON credit_transactions
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION credit_transactions_check_refunds();
"""

ANY_REFUND = """
DROP TRIGGER refund_gives_back_its_charge ON credit_transactions;
DROP FUNCTION credit_transactions_check_refunds();
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0002_ledger_guards")]
    operations = [
        migrations.RunSQL(REFUNDS, reverse_sql=ANY_REFUND),
        migrations.AddConstraint(
            "credittransaction",
            models.CheckConstraint(
                condition=~Q(type="admin_adjustment") | Q(recorded_by__isnull=False, description__regex=r"\S"),
                name="adjustment_says_who_and_why",
            ),
        ),
    ]
