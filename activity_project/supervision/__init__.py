"""Keeping programs running side by side; knows nothing of which programs they are."""
