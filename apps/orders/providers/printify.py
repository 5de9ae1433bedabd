"""Printify's API: orders, products, pictures. Submitting is two calls: a draft, and its release for production."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import httpx
from django.conf import settings

from apps.orders.providers.drafts import Draft
from apps.orders.providers.errors import NotThere, ProviderError
from apps.orders.providers.products import Blank, read_blank
from apps.orders.providers.reports import CANCELLED, OrderReport, read_order

# The API refuses requests without one.
USER_AGENT: Final = "Activity"
TIMEOUT_S: Final = 20.0
PRODUCTS_A_PAGE: Final = 50
ORDERS_A_PAGE: Final = 50
# Reported of orders that were made a moment ago and are still pending: ask again.
NOT_YET: Final = "8502"


class Printify:
    """A connection to one shop. A context manager: the connection is kept for the calls within."""

    def __init__(self, *, token: str, shop_id: str, base: str, transport: httpx.BaseTransport | None = None) -> None:
        self._shop = f"/shops/{shop_id}"
        self._http = httpx.Client(
            base_url=base,
            timeout=TIMEOUT_S,
            headers={"Authorization": f"Bearer {token}", "User-Agent": USER_AGENT},
            transport=transport,
        )

    @classmethod
    def from_settings(cls) -> "Printify":
        """The shop that the settings name. Raises ProviderError where they name none."""
        if not settings.PRINTIFY_API_TOKEN:
            raise ProviderError("No PRINTIFY_API_TOKEN is set.", permanent=True)
        return cls(
            token=settings.PRINTIFY_API_TOKEN, shop_id=settings.PRINTIFY_SHOP_ID, base=settings.PRINTIFY_API_BASE
        )

    def __enter__(self) -> "Printify":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def create_order(self, draft: Draft) -> str:
        """Makes a draft; its id. What a second one with the same ``external_id`` does isn't documented: look first."""
        made = self._object("POST", f"{self._shop}/orders.json", json=draft.as_json())
        if not isinstance(made.get("id"), str | int):
            raise ProviderError("The provider took the order and gave no id for it.", permanent=True)
        return str(made["id"])

    def send_to_production(self, order_id: str) -> bool:
        """Releases a draft; false where it is too young for that, and has to be asked for again."""
        try:
            self._call("POST", f"{self._shop}/orders/{order_id}/send_to_production.json")
        except ProviderError as error:
            if error.code == NOT_YET:
                return False
            raise
        return True

    def cancel(self, order_id: str) -> None:
        """Possible only while the order is on hold or not paid."""
        self._call("POST", f"{self._shop}/orders/{order_id}/cancel.json")

    def order(self, order_id: str) -> OrderReport:
        """Where an order stands. Raises NotThere where there is none of that id."""
        return read_order(self._object("GET", f"{self._shop}/orders/{order_id}.json"))

    def find_order(self, *, external_id: str, label: str, pages: int = 4) -> OrderReport | None:
        """The order that was made under our id, among the latest: for one whose answer never reached us.

        One that was cancelled is none.
        """
        for page in range(1, pages + 1):
            answer = self._object("GET", f"{self._shop}/orders.json", params={"page": page, "limit": ORDERS_A_PAGE})
            orders = [each for each in answer.get("data", []) if isinstance(each, Mapping)]
            for each in orders:
                if _is_ours(each, external_id, label) and each.get("status") not in CANCELLED:
                    return read_order(each)
            if len(orders) < ORDERS_A_PAGE:
                return None
        return None

    def products(self) -> Iterator[Mapping[str, Any]]:
        """All of the shop's products, page by page, as the provider describes them."""
        page = last = 1
        while page <= last:
            answer = self._object("GET", f"{self._shop}/products.json", params={"page": page, "limit": PRODUCTS_A_PAGE})
            yield from (each for each in answer.get("data", []) if isinstance(each, Mapping))
            last = _number(answer.get("last_page"), 1)
            page += 1

    def blank(self, product_id: str, variant_id: str) -> Blank:
        """What a product's variant is made of, and its places for pictures."""
        return read_blank(self._object("GET", f"{self._shop}/products/{product_id}.json"), variant_id)

    def upload(self, name: str, contents: bytes) -> str:
        """Gives a picture (PNG or JPEG) to the provider; where it is there. Twice, it is there twice."""
        picture = {"file_name": name, "contents": b64encode(contents).decode()}
        return _address(self._object("POST", "/uploads/images.json", json=picture))

    def uploaded(self, picture_id: str) -> str:
        """Where a picture is that was given to the provider."""
        return _address(self._object("GET", f"/uploads/{picture_id}.json"))

    def _object(self, method: str, path: str, **request: Any) -> Mapping[str, Any]:
        answer = self._call(method, path, **request)
        with suppress(ValueError):
            content = answer.json()
            if isinstance(content, Mapping):
                return content
        raise ProviderError("The provider's answer can't be read.", code=str(answer.status_code))

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise ProviderError(f"The provider can't be reached: {type(error).__name__}.", code="network") from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def _address(picture: Mapping[str, Any]) -> str:
    address = picture.get("preview_url")
    if not isinstance(address, str) or not address:
        raise ProviderError("The provider took the picture and doesn't say where it is.", permanent=True)
    return address


def _refusal(answer: httpx.Response) -> ProviderError:
    """The provider's reason. The body may be its JSON, plain text, or nothing at all."""
    with suppress(ValueError):
        content = answer.json()
        if isinstance(content, Mapping):
            return _error(answer, _reason(content) or _status_line(answer), _code(content) or str(answer.status_code))
    return _error(answer, answer.text.strip()[:300] or _status_line(answer), str(answer.status_code))


def _error(answer: httpx.Response, message: str, code: str) -> ProviderError:
    transient = answer.status_code == 429 or answer.is_server_error
    kind = NotThere if answer.status_code == 404 else ProviderError
    return kind(message, code=code, permanent=not transient, retry_after_s=_retry_after(answer))


def _reason(content: Mapping[str, Any]) -> str:
    errors = content.get("errors")
    reason = errors.get("reason") if isinstance(errors, Mapping) else None
    return str(reason or content.get("message") or content.get("error") or "")[:300]


def _code(content: Mapping[str, Any]) -> str:
    errors = content.get("errors")
    inner = errors.get("code") if isinstance(errors, Mapping) else None
    return str(content.get("code") or inner or "")[:40]


def _status_line(answer: httpx.Response) -> str:
    return f"The provider answered {answer.status_code} {answer.reason_phrase}".strip() + "."


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds; the date that HTTP allows as well isn't used by Printify."""
    with suppress(ValueError):
        return max(0.0, float(answer.headers.get("Retry-After", "")))
    return None


def _is_ours(order: Mapping[str, Any], external_id: str, label: str) -> bool:
    about = order.get("metadata")
    metadata: Mapping[str, Any] = about if isinstance(about, Mapping) else {}
    names = {
        order.get("external_id"),
        metadata.get("shop_order_id"),
        order.get("label"),
        metadata.get("shop_order_label"),
    }
    return not names.isdisjoint({external_id, label})


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) else default
