"""The project's own template tags and filters; a builtin of every template."""

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.forms import BoundField
from django.template.base import FilterExpression, Node, Parser, TextNode, Token, token_kwargs
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.common import controls, icons, paths, words
from apps.common.kept import KeptNode

register = template.Library()


class IconNode(Node):
    """An icon whose name is known only when the page is rendered."""

    def __init__(self, name: FilterExpression) -> None:
        self.name = name

    def render(self, context: Context) -> SafeString:
        return icons.icon(str(self.name.resolve(context)))


@register.tag("icon")
def icon(parser: Parser, token: Token) -> Node:
    """``{% icon "download" %}``; a literal name costs nothing when the page is rendered."""
    bits = token.split_contents()
    if len(bits) != 2:
        raise template.TemplateSyntaxError("icon takes one argument: the icon's name.")
    expression = parser.compile_filter(bits[1])
    return IconNode(expression) if _is_variable(expression) else TextNode(icons.icon(str(expression.var)))


@register.simple_tag
def icon_sprite(names: Iterable[str]) -> SafeString:
    """``{% icon_sprite icons %}``: what ``icon_use`` refers to, once a page."""
    return icons.icon_sprite(*dict.fromkeys(names))


def _is_variable(expression: FilterExpression) -> bool:
    return not isinstance(expression.var, str)


@register.tag("keep")
def keep(parser: Parser, token: Token) -> Node:
    """``{% keep name=site_name %}…{% endkeep %}``: rendered once for each language and each ``name``, and kept.

    The content sees only what is named, and may hold no block.
    """
    bits = token.split_contents()[1:]
    values = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError("keep takes arguments of the form name=value.")
    content = parser.parse(("endkeep",))
    parser.delete_first_token()
    return KeptNode(content, values)


@register.simple_tag
def icon_use(name: str) -> SafeString:
    """``{% icon_use row.icon %}``: an icon of the page's sprite."""
    return icons.icon_use(name)


@register.simple_tag
def path_to(name: str) -> str:
    """``{% path_to "activity:timeline" %}``: as ``url`` without arguments, several times faster."""
    return paths.path_to(name)


@register.simple_tag
def labelled_control(field: BoundField) -> SafeString:
    """``{% labelled_control field %}``: a label, then the select or input of ``{{ field }}``, ten times faster."""
    return controls.labelled(field)


@register.filter
def signed_credits(amount: int) -> str:
    """``−10`` or ``+300``."""
    return words.signed(amount)


@register.filter
def credits(amount: int) -> str:
    """``1,234 credits``."""
    return words.credits_word(amount)


@register.filter
def grouped(number: int) -> str:
    """``1,234``."""
    return words.grouped(number)


@register.filter
def money(minor: int, currency: str) -> str:
    """An amount in minor units: ``{{ plan.price_minor|money:plan.currency }}``."""
    return words.money(minor, currency)


@register.simple_tag
def local_time(moment: datetime | None) -> str:
    """How long ago, for a week, then the date; the exact time on hover. Nothing for no moment."""
    return _time(moment, words.relative_time(moment, now=timezone.now())) if moment else ""


@register.simple_tag
def local_date(moment: datetime | None) -> str:
    """The day in the reader's time zone; the exact time on hover. Nothing for no moment."""
    return _time(moment, words.calendar_date(moment)) if moment else ""


def _time(moment: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), words.exact_time(moment), text)
