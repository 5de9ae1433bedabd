"""A stand-in for Postmark: takes mail by its API, shows it, and says by webhook what became of it."""
