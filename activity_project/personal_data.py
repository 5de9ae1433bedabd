"""Everything that the product keeps of a person, given out as one document, and taken away.

Each app knows its own part. The account itself comes last, for the others find a person by its addresses.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.core.serializers.json import DjangoJSONEncoder

from apps.accounts import personal_data as accounts
from apps.accounts.models import User
from apps.credentials import personal_data as credentials
from apps.credits import personal_data as ledger
from apps.generations import personal_data as generations
from apps.orders import personal_data as orders

PARTS: Final = {
    "orders": orders,
    "credentials": credentials,
    "generations": generations,
    "credits": ledger,
    "account": accounts,
}
_encode = DjangoJSONEncoder(ensure_ascii=False).encode


def document(user: User) -> Iterator[str]:
    """A JSON object piece by piece: under ``part.section`` an array with an object a line."""
    before = "{"
    for part, of_part in PARTS.items():
        for section, rows in of_part.sections(user):
            yield f"{before}\n{_encode(f'{part}.{section}')}: ["
            separator = "\n  "
            for row in rows:
                yield separator + _encode(row)
                separator = ",\n  "
            yield "]"
            before = ","
    yield "\n}\n"


def erase(user: User, *, now: datetime) -> None:
    """Takes everything away that says who it was. Nothing new comes meanwhile: the account is closed first.

    Raises NotNow where something of theirs has to end before, and lets them in again then. Cut off, it goes on where
    it was when it is called again.
    """
    was_active = user.is_active
    _let_in(user, yes=False)
    try:
        generations.require_rest(user)
        orders.require_rest(user)
        for part in PARTS.values():
            part.erase(user, now=now)
    except Exception:
        _let_in(user, yes=was_active)
        raise


def _let_in(user: User, *, yes: bool) -> None:
    user.is_active = yes
    user.save(update_fields=["is_active"])
