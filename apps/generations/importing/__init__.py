"""Takes over what another system knows: people, characters, jobs and credit transactions, from one file.

A file is read record by record (``apps.common.record_files``), a long one by several processes (``reading``). It goes
through four rooms: ``rows`` says what is wrong with a record by itself, ``judging`` what is wrong among them and beside
what is here already, ``placing`` where each movement stands in its account's chain, and ``writing`` moves what is left
into the product's tables, some whole accounts at a time (``batches``). Before that nothing is written but tables of the
import's own (``staging``).
"""
