"""The mailbox: every mail that the product sent, as its reader would see it."""

from uuid import UUID

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from apps.common.access import public
from apps.common.pages import render_page
from apps.sandbox import overview
from apps.sandbox.models import Mail

# A mail is a stranger's page: it may look as it likes and do nothing, and only we may frame it. Its links open a
# page of their own.
_BASE = '<!DOCTYPE html><base target="_blank">'
_MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@public
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mails, the last first."""
    return render_page(request, "sandbox/mailbox.html", {"mails": overview.latest_mails()})


@public
@require_safe
def mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """One mail, both as HTML and as text, and what became of it."""
    found = _mail(mail_id)
    context = {"mail": found, "deliveries": overview.deliveries_about(str(mail_id))}
    return render_page(request, "sandbox/mail.html", context)


@public
@require_safe
@csp_replace(_MAIL_POLICY)  # type: ignore[arg-type]  # typed as if views took nothing but the request
@xframe_options_sameorigin
def mail_html(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """The HTML part alone, for the frame that it is shown in."""
    return HttpResponse(f"{_BASE}{_mail(mail_id).html}")


def _mail(id: UUID) -> Mail:
    found = overview.mail(id)
    if found is None:
        raise Http404
    return found
