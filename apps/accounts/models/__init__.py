"""People, the days they came, their plans, subscriptions and periods, their sessions, their programs' tokens."""

from apps.accounts.models.people import User, Visit, validate_time_zone
from apps.accounts.models.plans import PeriodReset, Plan, Subscription, SubscriptionPeriod
from apps.accounts.models.sessions import Session
from apps.accounts.models.tokens import ApiToken

__all__ = [
    "ApiToken",
    "PeriodReset",
    "Plan",
    "Session",
    "Subscription",
    "SubscriptionPeriod",
    "User",
    "Visit",
    "validate_time_zone",
]
