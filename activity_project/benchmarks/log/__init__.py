"""Measures the orders' log: reads by what they cost the database, writing and pruning beside writers, the backfill."""
