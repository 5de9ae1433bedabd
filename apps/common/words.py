"""Words and figures for people: credits, money, times and durations, the same in templates and in presenters."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext, ngettext

MINUS: Final = "\N{MINUS SIGN}"

_SYMBOLS: Final = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
# ISO 4217's currencies without a minor unit that Stripe charges in; every other one here has two digits.
_WHOLE_CURRENCIES: Final = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)


def grouped(number: int) -> str:
    """A whole number as it is read here: ``1,234,567``, with a true minus sign."""
    if -1000 < number < 1000:  # nearly every figure of a row
        return f"{MINUS}{-number}" if number < 0 else str(number)
    mark = _mark_of_thousands(get_language())
    if mark is None:
        return number_format(number, use_l10n=True, force_grouping=True).replace("-", MINUS)
    return f"{number:,}".replace(",", mark).replace("-", MINUS)


@lru_cache(maxsize=128)
def _mark_of_thousands(_language: str | None) -> str | None:
    """What stands between groups of three digits; null where digits are grouped otherwise.

    Asked for once a language: to format a number by locale takes ten times as long as all else about it.
    """
    sample = number_format(1_111_111, use_l10n=True, force_grouping=True)
    mark = sample[1:2]
    return mark if sample == f"1{mark}111{mark}111" else None


def signed(amount: int) -> str:
    """An amount of credits with its sign: ``−10``, ``+300``, ``0``."""
    return f"+{grouped(amount)}" if amount > 0 else grouped(amount)


def credits_word(amount: int) -> str:
    """``1 credit``, ``1,234 credits``."""
    return ngettext("%(amount)s credit", "%(amount)s credits", amount) % {"amount": grouped(amount)}


def signed_credits_word(amount: int) -> str:
    """``−10 credits``, ``+1 credit``."""
    return ngettext("%(amount)s credit", "%(amount)s credits", abs(amount)) % {"amount": signed(amount)}


def percent(share: float | None, decimals: int = 1) -> str:
    """A share from 0 to 1 as ``41.2%``; a dash where there is none."""
    if share is None:
        return "–"
    return gettext("%(number)s%%") % {"number": number_format(round(share * 100, decimals), decimals)}


def money(minor: int, currency: str) -> str:
    """An amount of money given in the currency's minor unit: ``£12.00``, ``−€0.50``, ``12.00 CHF``, ``¥900``."""
    code = currency.upper()
    figures = _major(abs(minor), decimals=minor_digits(code))
    sign = MINUS if minor < 0 else ""
    symbol = _SYMBOLS.get(code)
    return f"{sign}{symbol}{figures}" if symbol else f"{sign}{figures} {code}"


def minor_digits(currency: str) -> int:
    """How many digits of the currency's amounts stand behind the point: 2, or 0 for those without a minor unit."""
    return 0 if currency in _WHOLE_CURRENCIES else 2


def _major(minor: int, decimals: int) -> str:
    whole, part = divmod(minor, 10**decimals)
    if not decimals:
        return grouped(whole)
    point = number_format("0.0", use_l10n=True)[1]
    return f"{grouped(whole)}{point}{part:0{decimals}}"


def exact_time(moment: datetime) -> str:
    """The moment to the second in the current time zone, zone named: ``21 November 2026, 14:12:08 GMT``."""
    return date_format(timezone.localtime(moment), "j F Y, H:i:s T")


def relative_time(moment: datetime, *, now: datetime) -> str:
    """How long ago ``moment`` was, for a week; the date before that, and for what is still to come."""
    seconds = int((now - moment).total_seconds())
    if 0 <= seconds < 60:
        return gettext("just now")
    if 0 <= seconds < 3600:
        return _ago(ngettext("%(count)d minute ago", "%(count)d minutes ago", seconds // 60), seconds // 60)
    if 0 <= seconds < 86_400:
        return _ago(ngettext("%(count)d hour ago", "%(count)d hours ago", seconds // 3600), seconds // 3600)
    if 0 <= seconds < 7 * 86_400:
        return _ago(ngettext("%(count)d day ago", "%(count)d days ago", seconds // 86_400), seconds // 86_400)
    return calendar_date(moment)


def _ago(sentence: str, count: int) -> str:
    return sentence % {"count": count}


def calendar_date(moment: datetime) -> str:
    """The day of the moment in the current time zone: ``21 November 2026``."""
    return date_format(timezone.localtime(moment), "j F Y")


def clock_or_day(moment: datetime, *, now: datetime) -> str:
    """``14:23`` today in the current time zone, otherwise ``16 Feb``, with its year where that isn't this one."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return date_format(local, "j M" if local.year == today.year else "j M Y")


def span(length: timedelta) -> str:
    """About how long, in one unit: ``6 min``, ``3 h``, ``12 d``."""
    minutes = int(length / timedelta(minutes=1))
    if minutes < 60:
        return gettext("%(count)s min") % {"count": minutes}
    if minutes < 48 * 60:
        return gettext("%(count)s h") % {"count": minutes // 60}
    return gettext("%(count)s d") % {"count": grouped(minutes // (24 * 60))}


def day_in_full(day: date) -> str:
    """``21 November 2026``, remembered for each language: a page can be about dozens of days."""
    return _day_in_full(day, get_language())


@lru_cache(maxsize=1024)
def _day_in_full(day: date, _language: str | None) -> str:
    return date_format(day, "j F Y")


def duration(length: timedelta) -> str:
    """How long a step took: ``340 ms``, ``4.2 s``, ``2 min 5 s``, ``3 h 20 min``."""
    milliseconds = max(0, round(length / timedelta(milliseconds=1)))
    if milliseconds < 1000:
        return gettext("%(count)s ms") % {"count": milliseconds}
    if milliseconds < 60_000:
        return gettext("%(count)s s") % {"count": number_format(milliseconds // 100 / 10, use_l10n=True)}
    minutes, seconds = divmod(milliseconds // 1000, 60)
    if minutes < 60:
        return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    hours, minutes = divmod(minutes, 60)
    return gettext("%(hours)s h %(minutes)s min") % {"hours": grouped(hours), "minutes": minutes}
