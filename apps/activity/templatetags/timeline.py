"""The timeline's rows, put together in Python.

A page has fifty of them with twenty places each. The template engine takes some ten milliseconds to fill those, which
is more than everything else on the page together; this takes one. Whatever may hold a person's words is escaped here.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from apps.activity.presenters import Row

register = template.Library()


@register.simple_tag(takes_context=True)
def timeline_rows(context: template.Context, rows: Iterable[Row]) -> SafeString:
    """The rows as list items, ready to be placed."""
    return SafeString("".join(_row(row, context) for row in rows))


def _row(row: Row, context: template.Context) -> str:
    return (
        f'<li class="row {row.tone}"{_refresh(row)}>\n'
        f'<svg class="icon" aria-hidden="true"><use href="#icon-{row.icon}"/></svg>\n'
        f'<a id="{row.dom_id}" href="{row.url}" hx-get="{row.url}" hx-target="#drawer" hx-push-url="true">'
        f"{escape(row.title)}</a>\n"
        f'<p><time datetime="{row.time_iso}" title="{escape(row.time_exact)}">{row.time}</time>{_meta(row)}</p>\n'
        f"{_sum(row)}{_thumbnail(row)}{_retry(row, context)}</li>\n"
    )


def _refresh(row: Row) -> str:
    """A running job's row asks for itself until it has ended."""
    return f' hx-get="{row.refresh_url}" hx-trigger="every 2s" hx-swap="outerHTML"' if row.refresh_url else ""


def _meta(row: Row) -> str:
    return f" · {escape(row.meta)}" if row.meta else ""


def _sum(row: Row) -> str:
    if not row.credits:
        return ""
    return f'<p class="sum">{escape(row.credits)}<small>{escape(row.credits_note)}</small></p>\n'


def _thumbnail(row: Row) -> str:
    if not row.thumbnail_url:
        return ""
    return f'<img src="{row.thumbnail_url}" alt="" width="44" height="44" loading="lazy">\n'


def _retry(row: Row, context: template.Context) -> str:
    if not row.retry_url:
        return ""
    token: Any = context.get("csrf_token", "")
    return (
        f'<form method="post" action="{row.retry_url}"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        f"<button>{escape(row.retry_cost)}</button></form>\n"
    )
