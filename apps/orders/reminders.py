"""Who doesn't want to be reminded of carts. The addresses themselves aren't kept: a digest tells one again."""

from hashlib import sha256

from apps.orders.models import ReminderOptOut


def digest_of(address: str) -> str:
    """What is kept of an address; the same however it is capitalised."""
    return sha256(address.strip().lower().encode()).hexdigest()


def stop(address_digest: str) -> None:
    """No more reminders to the address, whatever cart they are about."""
    ReminderOptOut.objects.get_or_create(address_digest=address_digest)


def resume(address_digest: str) -> None:
    """Takes back what :func:`stop` did."""
    ReminderOptOut.objects.filter(address_digest=address_digest).delete()


def are_stopped(address_digest: str) -> bool:
    """Whether the address gets none."""
    return ReminderOptOut.objects.filter(address_digest=address_digest).exists()
