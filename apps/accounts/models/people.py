"""People, and the days they came."""

from datetime import date
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.common.sql import UuidV7


def validate_time_zone(name: str) -> None:
    """Raises ValidationError for anything but a name of the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” isn't a time zone. Choose one from the list."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    """Makes people by e-mail address; addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person. Without a password the person can't sign in until one is set by reset."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person with every permission."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail; counts are in images and go up on success only."""

    public_id = models.UUIDField(unique=True, editable=False, db_default=UuidV7())
    email = models.EmailField(_("e-mail address"), unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now(), editable=False)
    generated_count = models.PositiveBigIntegerField(default=0, help_text=_("Images generated, ever."))
    current_period_count = models.PositiveBigIntegerField(default=0, help_text=_("Images since the last reset."))
    last_reset_date = models.DateTimeField(null=True, blank=True)
    # Loaded with every request, so that a second page of the same day knows without asking that the visit is noted.
    last_active_on = models.DateField(null=True, editable=False)
    activity_viewed_on = models.DateField(null=True, editable=False)
    # Where the database's log was when the person last wrote, in bytes; noted only where a replica is read from.
    written_position = models.BigIntegerField(null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "users"
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.email

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this person reads days and hours."""
        return ZoneInfo(self.time_zone)


class VisitQuerySet(models.QuerySet["Visit"]):
    def of_customers(self) -> Self:
        """Those of people who aren't staff."""
        return self.filter(user__is_staff=False)

    def between(self, first: date, last: date) -> Self:
        """Those of the days from ``first`` to ``last``, both included."""
        return self.filter(day__range=(first, last))

    def before(self, day: date) -> Self:
        return self.filter(day__lt=day)


class Visit(models.Model):
    """A person used the product on a day (UTC), signed in or by API. The day leads the key: it is read by days."""

    pk = models.CompositePrimaryKey("day", "user_id")
    day = models.DateField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="visits")
    viewed_activity = models.BooleanField(db_default=False, help_text=_("The activity page was opened."))

    objects = VisitQuerySet.as_manager()

    class Meta:
        db_table = "visits"
        default_permissions = ()
        permissions: ClassVar = [("view_adoption", _("Can see how many people use what"))]

    def __str__(self) -> str:
        return f"{self.user} on {self.day}"
