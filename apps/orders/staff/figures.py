"""What the first page of the staff's area says of the shop."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.common.staff_pages import Person, StaffFigure, register_figures
from apps.orders import feed
from apps.orders.staff.answers import count_words
from apps.orders.staff.asked import address
from apps.orders.staff.feed_forms import Tab
from apps.orders.staff.permissions import SEE_FEED


@register_figures(SEE_FEED)
def attention_figure(person: Person) -> Iterator[StaffFigure]:
    """How much needs someone."""
    count = feed.count_needing_attention()
    yield StaffFigure(
        value=count_words(count) or "0",
        label=_("Needs attention"),
        url=address(reverse("staff:feed"), {"tab": Tab.ATTENTION.value}),
        note=_("failures and warnings nobody has resolved") if count else _("all is well"),
        tone="failed" if count else "done",
    )
