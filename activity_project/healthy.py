"""Whether this container's web server can serve: ``python -m activity_project.healthy``, exit status 0 or 1.

Asks ``/readyz`` where gunicorn listens. No settings are loaded for it: it is asked every few seconds.
"""

import http.client
import socket
import sys

from activity_project import environment

PATIENCE_S = 4.0
LISTENS = environment.text("BIND", "0.0.0.0:8000")


class OverSocket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        """Called by whoever asks first."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(self._path)


def server(listens: str = LISTENS) -> http.client.HTTPConnection:
    """The way to a server that listens there, as ``BIND`` says it."""
    if listens.startswith("unix:"):
        return OverSocket(listens.removeprefix("unix:"))
    return http.client.HTTPConnection("127.0.0.1", int(listens.rpartition(":")[2]), timeout=PATIENCE_S)


def status() -> int:
    """What ``/readyz`` answers; 0 where nobody answers."""
    host = environment.words("ALLOWED_HOSTS", ("localhost",))[0].lstrip("*.") or "localhost"
    try:
        asked = server()
        asked.request("GET", "/readyz", headers={"Host": host})
        return asked.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0


if __name__ == "__main__":
    sys.exit(status() != 200)
