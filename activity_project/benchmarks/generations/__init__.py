"""The ledger's and the generations' budgets: charges under contention, a request's queries, an import's pace."""
