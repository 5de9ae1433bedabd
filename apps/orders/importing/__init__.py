"""Takes over the orders of another shop from one file.

A file is read record by record (``apps.common.record_files``); ``rows`` says what each order is, or what is wrong with
it, ``judging`` what is wrong among them and beside the orders that are here, and ``writing`` puts the rest into the
product's tables, some thousands a transaction. Nothing is logged: ``backfill_activity_log`` tells their stories.
"""
