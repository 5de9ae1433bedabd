"""What the stand-ins remember, in tables of their own: nothing here points at the product, or is pointed at by it."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.sql import ClockTimestamp, UuidV7


class Knob(models.Model):
    """A setting of the sandbox: how fast time goes, or how many of the next requests meet with a fault."""

    name = models.CharField(primary_key=True, max_length=40)
    value = models.PositiveIntegerField()

    class Meta:
        db_table = "sandbox_knobs"

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Appointment(models.Model):
    """Something that is to happen by itself at a time; kept here, so that it happens whoever is killed meanwhile."""

    what = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "sandbox_appointments"
        constraints = (
            models.UniqueConstraint(fields=["what", "subject"], name="sandbox_one_appointment_a_subject_and_kind"),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.subject}"


class StripeObjectQuerySet(models.QuerySet["StripeObject"]):
    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def with_field(self, name: str, value: object) -> Self:
        """Those whose body has this value, also of a nested name: ``metadata__order``."""
        return self.filter(**{f"body__{name}": value})

    def newest_first(self) -> Self:
        return self.order_by("-number")


class StripeObject(models.Model):
    """One object of the payments API, as the API gives it."""

    number = models.BigAutoField(primary_key=True)
    id = models.CharField(unique=True, max_length=80)
    kind = models.CharField(max_length=40)
    body = models.JSONField()

    objects = StripeObjectQuerySet.as_manager()

    class Meta:
        db_table = "sandbox_stripe_objects"
        indexes = (models.Index(fields=["kind", "-number"], name="sandbox_stripe_by_kind"),)

    def __str__(self) -> str:
        return self.id


class StripeAnswer(models.Model):
    """What was answered to an idempotency key, to be answered again."""

    key = models.CharField(primary_key=True, max_length=255)
    request_digest = models.CharField(max_length=64)
    body = models.JSONField()

    class Meta:
        db_table = "sandbox_stripe_answers"

    def __str__(self) -> str:
        return self.key


class PrintifyOrderQuerySet(models.QuerySet["PrintifyOrder"]):
    def newest_first(self) -> Self:
        return self.order_by("-number")


class PrintifyOrder(models.Model):
    """An order at the print provider, its body as the API gives it."""

    number = models.BigAutoField(primary_key=True)
    id = models.CharField(unique=True, max_length=24)
    status = models.CharField(max_length=40)
    body = models.JSONField()
    # How often send_to_production still answers that the order isn't ready.
    refusals_left = models.PositiveSmallIntegerField()
    is_stalled = models.BooleanField(default=False)

    objects = PrintifyOrderQuerySet.as_manager()

    class Meta:
        db_table = "sandbox_printify_orders"

    def __str__(self) -> str:
        return self.id


class PrintifyUpload(models.Model):
    """A picture that was given to the print provider, and the order that it was last printed for."""

    id = models.CharField(primary_key=True, max_length=24)
    file_name = models.CharField(max_length=200)
    contents = models.BinaryField()
    mime_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField()
    order_id = models.CharField(max_length=24, blank=True, db_index=True)

    class Meta:
        db_table = "sandbox_printify_uploads"

    def __str__(self) -> str:
        return self.file_name


class PrintifyWebhook(models.Model):
    """An address that the shop asked to be told at, about one topic."""

    id = models.CharField(primary_key=True, max_length=24)
    topic = models.CharField(max_length=60)
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=200)
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "sandbox_printify_webhooks"
        constraints = (models.UniqueConstraint(fields=["topic", "url"], name="sandbox_one_webhook_a_topic_and_url"),)

    def __str__(self) -> str:
        return f"{self.topic} {self.url}"


class MailState(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Bounced")
    COMPLAINED = "complained", _("Marked as spam")


class MailQuerySet(models.QuerySet["Mail"]):
    def newest_first(self) -> Self:
        return self.order_by("-received_at", "-id")


class Mail(models.Model):
    """A mail that was handed over, as the API got it. Its id is the message id."""

    id = models.UUIDField(primary_key=True, db_default=UuidV7())
    sender = models.TextField()
    recipient = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    request = models.JSONField()
    state = models.CharField(max_length=20, choices=MailState.choices, default=MailState.ACCEPTED)
    received_at = models.DateTimeField(db_default=ClockTimestamp())

    objects = MailQuerySet.as_manager()

    class Meta:
        db_table = "sandbox_mails"

    def __str__(self) -> str:
        return f"{self.recipient} {self.subject}"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ANSWERED = "answered", _("Answered")
    GIVEN_UP = "given_up", _("Given up")
    LOST = "lost", _("Lost on purpose")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> Self:
        """Those to be posted now, the longest waiting first."""
        return self.filter(state=DeliveryState.WAITING, due_at__lte=now).order_by("due_at", "id")

    def newest_first(self) -> Self:
        return self.order_by("-id")


class Delivery(models.Model):
    """A webhook: what is posted where, how often it was tried, and what the product answered."""

    id = models.UUIDField(primary_key=True, db_default=UuidV7())
    sender = models.CharField(max_length=20)
    topic = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=200)
    body = models.TextField()
    webhook = models.ForeignKey(PrintifyWebhook, models.SET_NULL, null=True)
    state = models.CharField(max_length=20, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    answer_status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        db_table = "sandbox_deliveries"
        indexes = (
            models.Index(
                fields=["due_at", "id"], condition=models.Q(state=DeliveryState.WAITING), name="sandbox_deliveries_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"

    @property
    def tone(self) -> str:
        """The colour that its state has on screen."""
        tones = {DeliveryState.WAITING: "running", DeliveryState.ANSWERED: "done", DeliveryState.GIVEN_UP: "failed"}
        return tones.get(DeliveryState(self.state), "warning")
