"""The official client's way to the network: bounded in time and size, which its own timeout isn't."""

import httpcore
import httpx2

from apps.common.bounded_http import Asked, Bounds, BrokenOff, exchange


class BoundedTransport(httpx2.BaseTransport):
    """Takes each request through `exchange`. What goes wrong there comes through the client as it is."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        url = request.url
        answer = exchange(
            Asked(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                body=request.read(),
            ),
            self._bounds,
        )
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise BrokenOff("The answer is packed, which nobody asked for.")
        return httpx2.Response(answer.status, headers=dict(answer.headers), content=answer.body)
