"""What ``manage.py bench`` measures: ratios within one run and counts, each held against its budget."""
