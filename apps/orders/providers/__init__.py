"""Clients of the payment and print providers: the only code that knows their addresses and field names for calls."""
