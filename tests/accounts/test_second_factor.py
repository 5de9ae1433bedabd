"""The second factor: sealed, hard to guess, and for staff, where the setting says so, the only way in."""

import re
import time
from importlib import import_module
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.apps import apps
from django.conf import LazySettings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.accounts.second_factor import SealBroken, SealedSecrets
from tests.conftest import Program, SignedIn
from tests.factories import PASSWORD, issued

pytestmark = pytest.mark.django_db

NOON = 1_795_000_000
STAFF_PAGES = ["/admin/", "/admin/orders/", "/admin/records/", "/admin/records/accounts/user/"]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def boss(teammate: User) -> User:
    """Staff who may do everything."""
    teammate.user_permissions.set(Permission.objects.all())
    return teammate


@pytest.fixture
def required(settings: LazySettings) -> None:
    settings.STAFF_MFA_REQUIRED = True


def code_at(moment: int, secret: str = SECRET) -> str:
    """What the person's device shows."""
    return str(format_hotp_value(hotp_value(secret, moment // 30)))


def signed_in_by_password(user: User) -> Client:
    browser = Client()
    assert browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return browser


def signed_in_by_both(user: User, moment: int = NOON) -> Client:
    with time_machine.travel(moment, tick=False):
        browser = signed_in_by_password(user)
        answer = browser.post("/accounts/2fa/authenticate/", {"code": code_at(moment)})
    assert answer.status_code == 302
    return browser


def step_before(browser: Client, page: str, **headers: str) -> tuple[str, str]:
    """Where a page sends to first, and where that leads back to."""
    answer = browser.get(page, headers=headers)
    where = urlsplit(answer.get("HX-Redirect") or answer["Location"])
    return where.path, parse_qs(where.query)["next"][0]


def test_its_secrets_are_sealed_in_the_database(owner: User) -> None:
    TOTP.activate(owner, SECRET)
    codes = RecoveryCodes.activate(owner).get_unused_codes()

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        (stored,) = cursor.fetchone()

    assert SECRET not in stored
    assert not [code for code in codes if code in stored]
    assert signed_in_by_both(owner).get("/account/").status_code == 200


def test_a_seal_opens_by_earlier_secrets_too_and_by_no_other(settings: LazySettings) -> None:
    sealed = SealedSecrets().encrypt(SECRET)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert SealedSecrets().decrypt(sealed) == SECRET
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealBroken):
        SealedSecrets().decrypt(sealed)


@pytest.mark.parametrize("page", STAFF_PAGES)
@pytest.mark.usefixtures("required")
def test_staff_without_one_set_one_up_first(page: str, boss: User) -> None:
    browser = signed_in_by_password(boss)

    assert step_before(browser, page) == ("/accounts/2fa/totp/activate/", page)
    assert browser.get("/activity/").status_code == 200


@pytest.mark.parametrize("page", STAFF_PAGES)
@pytest.mark.usefixtures("required")
def test_a_session_from_before_is_asked_for_it(page: str, boss: User) -> None:
    browser = signed_in_by_password(boss)
    TOTP.activate(boss, SECRET)

    assert step_before(browser, page) == ("/accounts/2fa/reauthenticate/", page)
    with time_machine.travel(NOON, tick=False):
        shown = browser.post(f"/accounts/2fa/reauthenticate/?next={page}", {"code": code_at(NOON), "next": page})
    assert shown["Location"] == page
    assert browser.get(page).status_code == 200


@pytest.mark.parametrize("page", STAFF_PAGES)
@pytest.mark.usefixtures("required")
def test_who_signed_in_with_it_gets_in(page: str, boss: User) -> None:
    TOTP.activate(boss, SECRET)

    assert signed_in_by_both(boss).get(page).status_code == 200


@pytest.mark.usefixtures("required")
def test_setting_it_up_opens_the_pages_at_once_and_taking_it_away_closes_them(boss: User) -> None:
    browser = signed_in_by_password(boss)
    EmailAddress.objects.update_or_create(user=boss, email=boss.email, defaults={"verified": True, "primary": True})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/accounts/2fa/totp/activate/").text
    secret = re.findall(r"[A-Z2-7]{32}", page)[0]

    with time_machine.travel(NOON, tick=False):
        browser.post("/accounts/2fa/totp/activate/", {"code": code_at(NOON, secret)})
    assert browser.get("/admin/").status_code == 200
    browser.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=boss).exists()
    assert step_before(browser, "/admin/")[0] == "/accounts/2fa/totp/activate/"


@pytest.mark.usefixtures("required")
def test_a_session_in_which_it_was_not_shown_neither_removes_it_nor_reads_its_codes(boss: User) -> None:
    browser = signed_in_by_password(boss)
    TOTP.activate(boss, SECRET)
    codes = RecoveryCodes.activate(boss).get_unused_codes()

    browser.post("/accounts/2fa/totp/deactivate/")
    with time_machine.travel(NOON):  # long after the sign-in
        by_password = browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        seen = browser.get("/accounts/2fa/recovery-codes/", follow=True).text

    assert Authenticator.objects.filter(user=boss, type=Authenticator.Type.TOTP).exists()
    assert by_password["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert not [code for code in codes if code in seen]


@pytest.mark.usefixtures("required")
def test_a_fragment_and_an_act_send_the_whole_page_there(boss: User) -> None:
    browser = signed_in_by_password(boss)
    around = {"HX-Request": "true", "Referer": "https://testserver/admin/orders/"}

    whole_page = step_before(browser, "/admin/activity/badge/", **around)

    assert whole_page == ("/accounts/2fa/totp/activate/", "/admin/orders/")
    assert browser.post("/admin/activity/resolve/", {})["Location"].endswith("?next=/admin/")


@pytest.mark.usefixtures("required")
def test_for_others_the_pages_still_do_not_exist(stranger: User) -> None:
    assert SignedIn(stranger).get("/admin/").status_code == 404
    assert SignedIn(stranger).get("/admin/records/").status_code == 404


@pytest.mark.usefixtures("required")
def test_a_token_of_staff_opens_nothing_of_the_staffs(boss: User) -> None:
    program = Program(issued(boss).secret)

    for page in STAFF_PAGES:
        assert program.get(page)["Location"].startswith(("/accounts/login/", "/admin/records/login/"))
    assert program.get("/api/v1/usage").status_code == 200


def test_where_it_is_not_required_staff_get_in_without(boss: User) -> None:
    assert signed_in_by_password(boss).get("/admin/").status_code == 200


def test_it_cannot_be_guessed_at_will(owner: User) -> None:
    TOTP.activate(owner, SECRET)

    with time_machine.travel(NOON, tick=False):
        browser = signed_in_by_password(owner)
        for number in range(6):
            browser.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"})
        browser.post("/accounts/2fa/authenticate/", {"code": code_at(NOON)})

    assert browser.get("/account/").status_code == 302


def test_a_code_opens_once(owner: User) -> None:
    TOTP.activate(owner, SECRET)
    signed_in_by_both(owner)

    with time_machine.travel(NOON, tick=False):
        second = signed_in_by_password(owner)
        second.post("/accounts/2fa/authenticate/", {"code": code_at(NOON)})

    assert second.get("/account/").status_code == 302


def test_what_was_set_up_before_it_was_sealed_is_sealed_by_the_migration(owner: User) -> None:
    factor = Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": SECRET})

    import_module("apps.accounts.migrations.0010_seal_second_factors").seal(apps, None)

    factor.refresh_from_db()
    assert SECRET not in factor.data["secret"]
    assert factor.wrap().validate_code(code_at(int(time.time())))
