"""The ledger's tables: one account a person, and the append-only transactions that explain its balance.

Only ``ledger`` writes them. What may never happen is refused by the database itself: see the constraints here and
the triggers in the migrations, one of which stands with the jobs that charges are for.
"""

from collections.abc import Iterable
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from apps.common.sql import CurrentTransactionId, TransactionIdField, UuidV7

JOB_REFERENCE = "generation_job"


class TransactionType(models.TextChoices):
    """Why credits moved."""

    GENERATION = "generation", _("Generation")
    REFUND = "refund", _("Refund")
    SUBSCRIPTION_GRANT = "subscription_grant", _("Plan refresh")
    PURCHASE = "purchase", _("Purchase")
    BONUS = "bonus", _("Bonus")
    ADMIN_ADJUSTMENT = "admin_adjustment", _("Adjustment")


class TransactionKind(models.IntegerChoices):
    """How the timeline tells a transaction; jobs have the kinds 1 to 3."""

    CONSUMED = 4, _("Credits used")
    REFUNDED = 5, _("Credits refunded")
    REFRESHED = 6, _("Credits refreshed")
    ADDED = 7, _("Credits added")


_JOB_TYPES = (TransactionType.GENERATION, TransactionType.REFUND)
_ABOUT_A_JOB = Q(reference_type=JOB_REFERENCE, reference_id__isnull=False)


class CreditAccount(models.Model):
    """A person's credits now: always what the last transaction left, which a foreign key makes certain."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT, related_name="credit_account"
    )
    balance = models.BigIntegerField(default=0, db_default=0)
    seq = models.BigIntegerField(default=0, db_default=0, help_text=_("Number of the last transaction."))
    last_at = models.DateTimeField(null=True, help_text=_("Time of the last transaction; the next one is later."))
    last_seq = models.GeneratedField(
        expression=NullIf(F("seq"), Value(0)), output_field=models.BigIntegerField(), db_persist=True
    )

    class Meta:
        db_table = "credit_accounts"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="account_is_never_negative"),
            models.CheckConstraint(condition=Q(seq__gt=0) | Q(balance=0), name="account_starts_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.balance} credits of {self.user_id}"


class CreditTransactionQuerySet(models.QuerySet["CreditTransaction"]):
    def in_order(self) -> Self:
        """As they were written, account by account."""
        return self.order_by("user_id", "seq")

    def newest_first(self) -> Self:
        """One account's, from the last that was written."""
        return self.order_by("-seq")

    def before_number(self, seq: int) -> Self:
        """Those that were written before the account's transaction of that number."""
        return self.filter(seq__lt=seq)

    def of_job(self, job_id: object) -> Self:
        """The charge of a generation job and, where there is one, its refund."""
        return self.filter(reference_type=JOB_REFERENCE, reference_id=job_id)

    def of_jobs(self, job_ids: Iterable[object]) -> Self:
        """The charges and refunds of all these jobs."""
        return self.filter(reference_type=JOB_REFERENCE, reference_id__in=job_ids)


class CreditTransaction(models.Model):
    """One movement of credits, never changed: ``balance_after`` is the one before plus ``amount``."""

    id = models.UUIDField(primary_key=True, editable=False, db_default=UuidV7())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credit_transactions", db_index=False
    )
    seq = models.BigIntegerField(help_text=_("1, 2, 3 … without a gap in each account."))
    type = models.CharField(max_length=24, choices=TransactionType.choices)
    kind = models.GeneratedField(
        expression=Case(
            When(type=TransactionType.GENERATION, then=Value(TransactionKind.CONSUMED.value)),
            When(type=TransactionType.REFUND, then=Value(TransactionKind.REFUNDED.value)),
            When(type=TransactionType.SUBSCRIPTION_GRANT, then=Value(TransactionKind.REFRESHED.value)),
            default=Value(TransactionKind.ADDED.value),
        ),
        output_field=models.SmallIntegerField(choices=TransactionKind.choices),
        db_persist=True,
    )
    amount = models.BigIntegerField(help_text=_("Credits; below zero when spent."))
    balance_after = models.BigIntegerField()
    balance_before = models.GeneratedField(
        expression=F("balance_after") - F("amount"), output_field=models.BigIntegerField(), db_persist=True
    )
    previous_seq = models.GeneratedField(
        expression=NullIf(F("seq") - Value(1), Value(0)), output_field=models.BigIntegerField(), db_persist=True
    )
    reference_type = models.CharField(max_length=32, blank=True, db_default="")
    reference_id = models.UUIDField(null=True, blank=True)
    character_id = models.UUIDField(null=True, blank=True, help_text=_("Whom the paid generation was for."))
    quality_mode = models.CharField(max_length=16, blank=True, db_default="")
    description = models.CharField(max_length=200, blank=True, db_default="")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)
    created_at = models.DateTimeField(help_text=_("The database's clock, read while the account was locked."))
    written_xid = TransactionIdField(editable=False, db_default=CurrentTransactionId())

    objects = CreditTransactionQuerySet.as_manager()

    class Meta:
        db_table = "credit_transactions"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "seq"], name="one_transaction_per_number"),
            models.UniqueConstraint(fields=["user", "seq", "balance_after"], name="transaction_chain_target"),
            models.UniqueConstraint(
                fields=["user", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="one_transaction_per_idempotency_key",
            ),
            # Whoever's account it is, no second one pays for a job; and it finds the charges of a timeline's page.
            models.UniqueConstraint(
                fields=["reference_id", "type"],
                condition=Q(reference_type=JOB_REFERENCE),
                include=["user", "id", "amount", "created_at"],
                name="one_charge_and_one_refund_per_job",
            ),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="balance_after_is_never_negative"),
            models.CheckConstraint(
                condition=Q(seq__gt=1) | Q(seq=1, balance_after=F("amount")), name="first_transaction_starts_from_zero"
            ),
            models.CheckConstraint(
                condition=Q(type=TransactionType.GENERATION, amount__lt=0)
                | Q(type=TransactionType.ADMIN_ADJUSTMENT, amount__lt=0)
                | Q(
                    type__in=[choice for choice in TransactionType if choice != TransactionType.GENERATION],
                    amount__gt=0,
                ),
                name="amount_fits_its_type",
            ),
            models.CheckConstraint(
                condition=(Q(type__in=_JOB_TYPES) & _ABOUT_A_JOB)
                | (~Q(type__in=_JOB_TYPES) & ~Q(reference_type=JOB_REFERENCE)),
                name="charges_and_refunds_name_their_job",
            ),
            models.CheckConstraint(
                condition=~Q(type=TransactionType.ADMIN_ADJUSTMENT)
                | Q(recorded_by__isnull=False, description__regex=r"\S"),
                name="adjustment_says_who_and_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "kind", "created_at", "id"], name="credit_timeline"),
            models.Index(
                fields=["user", "character_id", "kind", "created_at", "id"],
                condition=Q(character_id__isnull=False),
                name="credit_timeline_of_character",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.amount:+d} → {self.balance_after}"


class LedgerVerification(models.Model):
    """One run of ``verify_ledger``: what it read, whose accounts were wrong, and the first wrong row if it met one."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    accounts = models.BigIntegerField()
    transactions = models.BigIntegerField()
    wrong_accounts = models.BigIntegerField()
    wrong_user_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    first_fault = models.TextField(blank=True)

    class Meta:
        db_table = "ledger_verifications"
        indexes: ClassVar = [models.Index(fields=["-finished_at"], name="newest_ledger_verification")]

    def __str__(self) -> str:
        return f"{self.accounts} accounts at {self.finished_at:%Y-%m-%d %H:%M}"
