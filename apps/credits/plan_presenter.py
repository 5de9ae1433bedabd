"""The plans that a person can be on, each with what it gives and what choosing it would do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import Plan, Subscription
from apps.common.words import calendar_date, credits_word, grouped, money
from apps.credits.plan_changes import Effect, can_buy, can_choose, share_left


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOption:
    """Ready words; ``act`` is empty where there is nothing to press, and ``effect`` says what pressing it does.

    ``buy`` is on the button of a plan that takes a payment.
    """

    slug: str
    name: str
    gives: tuple[str, str]
    price: str
    state: str
    act: str
    buy: str
    effect: str
    is_current: bool


def plan_options(plans: Iterable[Plan], held: Subscription | None, *, now: datetime) -> list[PlanOption]:
    """The plans, the smallest first."""
    ordered = sorted(plans, key=lambda plan: (plan.price_minor, plan.credits_per_period))
    return [_option(plan, held, now) for plan in ordered]


def images_words(plan: Plan) -> str:
    """``500 images``, or that there is no limit."""
    images = plan.images_per_period
    if images is None:
        return _("Images without a limit")
    return ngettext("%(number)s image", "%(number)s images", images) % {"number": grouped(images)}


def outcome_words(effect: Effect, plan: Plan, held: Subscription | None) -> str:
    """What a choice has done, once it is made."""
    if effect is Effect.AT_PERIOD_END and held:
        return _("From %(day)s you are on %(plan)s. Until then everything stays as it is.") % {
            "day": calendar_date(held.current_period_end),
            "plan": plan.name,
        }
    words = _("You stay on %(plan)s.") if effect is Effect.STAYS else _("You are on %(plan)s now.")
    return words % {"plan": plan.name}


def _option(plan: Plan, held: Subscription | None, now: datetime) -> PlanOption:
    is_current = held is not None and plan == held.plan
    act, effect = _act(plan, held, now)
    return PlanOption(
        slug=plan.slug,
        name=plan.name,
        gives=(images_words(plan), credits_word(plan.credits_per_period)),
        price=money(plan.price_minor, plan.currency),
        state=_state(plan, held),
        act=act,
        buy=_buy(plan, held),
        effect=effect,
        is_current=is_current,
    )


def _state(plan: Plan, held: Subscription | None) -> str:
    if held and plan == held.plan:
        return _("Your plan")
    if held and plan == held.next_plan:
        return _("From %(day)s") % {"day": calendar_date(held.current_period_end)}
    return ""


def _act(plan: Plan, held: Subscription | None, now: datetime) -> tuple[str, str]:
    """What is on the button, and what stands beside it."""
    if held and plan == held.plan:
        going = held.next_plan is not None
        return (_("Stay on %s") % plan.name, _("Withdraws the change to come.")) if going else ("", "")
    if held and plan == held.next_plan:
        return "", _("The change is made when your period ends.")
    if not can_choose(plan, held):
        return "", _paid_elsewhere(plan, held)
    return _("Change to %s") % plan.name, _effect(plan, held, now)


def _buy(plan: Plan, held: Subscription | None) -> str:
    if not can_buy(plan, held):
        return ""
    return _("Subscribe for %s a month") % money(plan.price_minor, plan.currency)


def _paid_elsewhere(plan: Plan, held: Subscription | None) -> str:
    if can_buy(plan, held):
        return _("Begins when it is paid, with %s, and takes your present plan's place.") % credits_word(
            plan.credits_per_period
        )
    return _("Your plan is paid for by subscription, so it is changed where you pay for it.")


def _effect(plan: Plan, held: Subscription | None, now: datetime) -> str:
    if held is None:
        return _("Begins at once, with %s.") % credits_word(plan.credits_per_period)
    if not plan.gives_at_least(held.plan):
        return _("From %(day)s, when your period ends. Until then you keep what %(plan)s gives.") % {
            "day": calendar_date(held.current_period_end),
            "plan": held.plan.name,
        }
    more = share_left(held, plan.credits_per_period - held.plan.credits_per_period, now)
    return _("At once, with %s more for the rest of this period.") % credits_word(more)
