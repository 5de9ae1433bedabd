"""The filter form of the feed, for either of its tabs."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.keyset import BadCursor
from apps.orders.event_types import EVENT_TYPES
from apps.orders.feed import Cursor, FeedFilters
from apps.orders.models.activity_log import ATTENTION, Level
from apps.orders.staff.asked import Asked, ListForm, text_field
from apps.orders.staff.order_list import order_named

# An order's key that none has: one was asked for that isn't there.
NO_ORDER: Final = UUID(int=0)


class Tab(models.TextChoices):
    """The default stands first: it is what an address that names none means."""

    ALL = "all", gettext_lazy("All activity")
    ATTENTION = "attention", gettext_lazy("Needs attention")


class AttentionForm(ListForm):
    q = text_field(gettext_lazy("Text"), longest=200)
    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        required=False,
        choices=[("", gettext_lazy("Any level")), *((level.value, level.label) for level in ATTENTION)],
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Event"),
        required=False,
        choices=[("", gettext_lazy("Any event")), *((each.key, each.label) for each in EVENT_TYPES.values())],
    )
    order = text_field(gettext_lazy("Order number"), longest=40)


class FeedForm(AttentionForm):
    level = forms.ChoiceField(
        label=gettext_lazy("Level"), required=False, choices=[("", gettext_lazy("Any level")), *Level.choices]
    )
    backfilled = forms.ChoiceField(
        label=gettext_lazy("Backfilled"),
        required=False,
        choices=[
            ("", gettext_lazy("With and without")),
            ("no", gettext_lazy("Recorded as it happened")),
            ("yes", gettext_lazy("Rebuilt later")),
        ],
    )


class FeedQuery(Asked):
    """The tab and the filters of a request's query, and where its page begins."""

    def __init__(self, query: Mapping[str, Any], zone: ZoneInfo) -> None:
        self.tab = Tab.ATTENTION if query.get("tab") == Tab.ATTENTION else Tab.ALL
        super().__init__(AttentionForm(query) if self.is_attention else FeedForm(query), zone)
        self.filters = FeedFilters(
            level=self.value("level"),
            event_type=self.value("type"),
            order_id=self._order(self.value("order")),
            since=self.since,
            until=self.until,
            backfilled={"yes": True, "no": False}.get(self.value("backfilled") or ""),
            words=self.words("q"),
        )
        self.cursor = self.position(query.get("cursor"))

    @property
    def is_attention(self) -> bool:
        return self.tab is Tab.ATTENTION

    @property
    def in_address(self) -> dict[str, str]:
        """The tab and what of the filters is in effect."""
        return {"tab": self.tab.value, **self.applied} if self.is_attention else self.applied

    @property
    def bound_to(self) -> str:
        """What a cursor of this list is good for."""
        return f"{self.tab.value}-{self.filters.fingerprint}"

    def position(self, text: str | None) -> Cursor | None:
        """The position in this list that a text stands for; null, with a notice, where that can't be told."""
        try:
            return Cursor.decode(text, self.bound_to) if text else None
        except BadCursor as error:
            self.notices.append(str(error))
            return None

    def _order(self, name: str | None) -> UUID | None:
        if not name:
            return None
        found = order_named(name)
        if found is None:
            self.notices.append(_("No order has the number “%s”. Give the whole number.") % name)
        return found or NO_ORDER
