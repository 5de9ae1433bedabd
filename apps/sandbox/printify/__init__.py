"""A stand-in for Printify: a small catalogue, orders that advance by themselves, and webhooks."""
