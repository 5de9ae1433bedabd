"""The timeline's budgets: what a page costs the database, and what it costs the web process."""
