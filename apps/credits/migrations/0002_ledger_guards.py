"""What the ledger's tables refuse whoever writes them: a row out of the chain, a balance without a row, a change.

The chain is held by foreign keys: each transaction names its predecessor's number and balance, and the account names
its last transaction's. A trigger adds what a key can't say: the account has moved on to the new row, and time rises.
Both foreign keys and the trigger can be deferred, so that a whole history can be copied in and is checked at commit.
"""

from django.db import migrations

from apps.common.sql import AppendOnly

CHAIN = """
ALTER TABLE credit_transactions ADD CONSTRAINT transaction_follows_its_predecessor
  FOREIGN KEY (user_id, previous_seq, balance_before)
  REFERENCES credit_transactions (user_id, seq, balance_after) DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE credit_accounts ADD CONSTRAINT account_is_what_its_last_transaction_left
  FOREIGN KEY (user_id, last_seq, balance)
  REFERENCES credit_transactions (user_id, seq, balance_after) DEFERRABLE INITIALLY IMMEDIATE;
"""

UNCHAIN = """
ALTER TABLE credit_accounts DROP CONSTRAINT account_is_what_its_last_transaction_left;
ALTER TABLE credit_transactions DROP CONSTRAINT transaction_follows_its_predecessor;
"""

IN_ITS_ACCOUNT = """
CREATE FUNCTION credit_transactions_check_account() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF NOT EXISTS (SELECT FROM credit_accounts AS account
                  WHERE account.user_id = NEW.user_id
                    AND (account.seq > NEW.seq
                         OR (account.seq = NEW.seq AND account.last_at = NEW.created_at))) THEN
    RAISE EXCEPTION 'credit transaction % of user % was written without moving the account', NEW.seq, NEW.user_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'transaction_moves_its_account',
            TABLE = 'credit_transactions';
  END IF;
  IF NEW.seq > 1 AND NOT EXISTS (SELECT FROM credit_transactions AS previous
                                  WHERE previous.user_id = NEW.user_id AND previous.seq = NEW.seq - 1
                                    AND previous.created_at < NEW.created_at) THEN
    RAISE EXCEPTION 'credit transaction % of user % is not later than the one before', NEW.seq, NEW.user_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'transaction_time_rises',
            TABLE = 'credit_transactions';
  END IF;
  RETURN NULL;
END $fn$;
CREATE CONSTRAINT TRIGGER transaction_moves_its_account AFTER INSERT ON credit_transactions
  DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION credit_transactions_check_account();
"""

NOT_IN_ITS_ACCOUNT = """
DROP TRIGGER transaction_moves_its_account ON credit_transactions;
DROP FUNCTION credit_transactions_check_account();
"""


ONLY_FORWARD = """
CREATE FUNCTION credit_accounts_only_forward() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'credit accounts are never emptied'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'account_only_moves_forward',
            TABLE = 'credit_accounts';
  END IF;
  IF TG_OP = 'DELETE' AND OLD.seq = 0 THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.user_id <> OLD.user_id OR NEW.seq < OLD.seq
     OR (NEW.seq = OLD.seq AND (NEW.balance, NEW.last_at) IS DISTINCT FROM (OLD.balance, OLD.last_at)) THEN
    RAISE EXCEPTION 'credit account of user % only moves forward, with a transaction', OLD.user_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'account_only_moves_forward',
            TABLE = 'credit_accounts';
  END IF;
  RETURN NEW;
END $fn$;
CREATE TRIGGER account_only_moves_forward BEFORE UPDATE OR DELETE ON credit_accounts
  FOR EACH ROW EXECUTE FUNCTION credit_accounts_only_forward();
CREATE TRIGGER accounts_are_never_emptied BEFORE TRUNCATE ON credit_accounts
  FOR EACH STATEMENT EXECUTE FUNCTION credit_accounts_only_forward();
"""

EITHER_WAY = """
DROP TRIGGER accounts_are_never_emptied ON credit_accounts;
DROP TRIGGER account_only_moves_forward ON credit_accounts;
DROP FUNCTION credit_accounts_only_forward();
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0001_initial")]
    operations = [
        migrations.RunSQL(CHAIN, reverse_sql=UNCHAIN),
        migrations.RunSQL(IN_ITS_ACCOUNT, reverse_sql=NOT_IN_ITS_ACCOUNT),
        migrations.RunSQL(ONLY_FORWARD, reverse_sql=EITHER_WAY),
        AppendOnly("credit_transactions"),
        migrations.RunSQL(
            "ALTER TABLE credit_accounts SET (fillfactor = 70)",
            reverse_sql="ALTER TABLE credit_accounts RESET (fillfactor)",
        ),
    ]
