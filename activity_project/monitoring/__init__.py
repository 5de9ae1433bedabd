"""What an operator asks of the running product: whether it can serve, and what it has been doing."""
