"""The timeline's days and rows, put together in Python.

A page has fifty rows with twenty places each. The template engine takes some ten milliseconds to fill those, which is
more than everything else on the page together; this takes a third of one. Whatever may hold a person's words is
escaped here, by the standard library: Django's own ``escape`` first asks whether its argument is lazy.
"""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from apps.activity.presenters import Day, Row

register = template.Library()


@register.simple_tag(takes_context=True)
def timeline_days(context: template.Context, days: Iterable[Day]) -> SafeString:
    """The days as sections with their rows, ready to be placed."""
    token = _token(context)
    return SafeString("".join(_day(day, token) for day in days))


@register.simple_tag(takes_context=True)
def timeline_rows(context: template.Context, rows: Iterable[Row]) -> SafeString:
    """The rows as list items, ready to be placed."""
    return SafeString(_rows(rows, _token(context)))


def _token(context: template.Context) -> str:
    return str(context.get("csrf_token", ""))


def _day(day: Day, token: str) -> str:
    heading = f'<h2><time datetime="{day.date}">{escape(day.label)}</time></h2>' if day.show_heading else ""
    id_ = f' id="day-{day.date}"' if day.show_heading else ""
    return f'<section class="day">\n{heading}\n<ol{id_}>\n{_rows(day.rows, token)}</ol>\n</section>\n'


def _rows(rows: Iterable[Row], token: str) -> str:
    return "".join(_row(row, token) for row in rows)


def _row(row: Row, token: str) -> str:
    return (
        f'<li class="row {row.tone}"{_refresh(row)}>'
        f'<svg class="icon" aria-hidden="true"><use href="#icon-{row.icon}"/></svg>'
        f'<a id="{row.dom_id}" href="{row.url}" hx-get="{row.url}" hx-target="#drawer" hx-push-url="true">'
        f"{escape(row.title)}</a>"
        f'<p><time datetime="{row.time_iso}" title="{escape(row.time_exact)}">{row.time}</time>{_meta(row)}</p>'
        f"{_sum(row)}{_thumbnail(row)}{_retry(row, token)}</li>\n"
    )


def _refresh(row: Row) -> str:
    """A running job's row asks for itself until it has ended."""
    return f' hx-get="{row.refresh_url}" hx-trigger="every 2s" hx-swap="outerHTML"' if row.refresh_url else ""


def _meta(row: Row) -> str:
    return f" · {escape(row.meta)}" if row.meta else ""


def _sum(row: Row) -> str:
    if not row.credits:
        return ""
    return f'<p class="sum">{escape(row.credits)}<small>{escape(row.credits_note)}</small></p>'


def _thumbnail(row: Row) -> str:
    if not row.thumbnail_url:
        return ""
    return f'<img src="{row.thumbnail_url}" alt="" loading="lazy">'


def _retry(row: Row, token: str) -> str:
    if not row.retry_url:
        return ""
    return (
        f'<form method="post" action="{row.retry_url}"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        f"<button>{escape(row.retry_cost)}</button></form>"
    )
