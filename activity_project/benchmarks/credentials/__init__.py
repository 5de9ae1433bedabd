"""Measures an issuer's activity: list, chain and figures by what they cost the database, the file by its rate."""
