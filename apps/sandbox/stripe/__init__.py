"""A stand-in for Stripe: the part of its API that a shop calls, its hosted payment page, and its webhooks."""
