"""What ``verify_ledger`` finds out from the jobs: transactions about a job that there isn't, or that is another's."""

from apps.credits import verification

verification.register("""
SELECT paid.user_id, paid.seq,
       CASE WHEN job.id IS NULL THEN format('is about job %%s, which does not exist', paid.reference_id)
            ELSE format('is about job %%s of user %%s', paid.reference_id, job.user_id) END AS what
  FROM credit_transactions AS paid LEFT JOIN generation_jobs AS job ON job.id = paid.reference_id
 WHERE paid.reference_type = 'generation_job' AND job.user_id IS DISTINCT FROM paid.user_id
""")
