"""The choice of a plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Plan, Subscription
from apps.credits.plan_changes import can_choose


class PlanForm(forms.Form):
    """One of the plans that the person may go to without a payment, or their own to stay on."""

    plan = forms.ModelChoiceField(
        queryset=Plan.objects.all(),
        to_field_name="slug",
        error_messages={
            "required": _("Choose a plan."),
            "invalid_choice": _("There is no such plan. Choose one of those below."),
        },
    )

    def __init__(self, *args: Any, held: Subscription | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held

    def clean_plan(self) -> Plan:
        plan: Plan = self.cleaned_data["plan"]
        if not can_choose(plan, self.held):
            raise forms.ValidationError(_("%(plan)s can't be chosen here: it takes a payment."), params={"plan": plan})
        return plan
