"""Seals the second factors that were set up before they were sealed."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from django.db import migrations

# Where allauth keeps what a factor is made of, by the factor's type.
SECRETS = {"totp": "secret", "recovery_codes": "seed"}


def seal(apps: Any, _schema_editor: Any) -> None:
    for factor in apps.get_model("mfa", "Authenticator").objects.filter(type__in=SECRETS).iterator():
        name = SECRETS[factor.type]
        if name in factor.data:
            factor.data[name] = get_adapter().encrypt(factor.data[name])
            factor.save(update_fields=["data"])


def open_again(apps: Any, _schema_editor: Any) -> None:
    for factor in apps.get_model("mfa", "Authenticator").objects.filter(type__in=SECRETS).iterator():
        name = SECRETS[factor.type]
        if name in factor.data:
            factor.data[name] = get_adapter().decrypt(factor.data[name])
            factor.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_erasure"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(seal, open_again)]
