"""Gunicorn's settings: a few processes with a few threads each, one database pool a process.

``BIND`` is an address or, for a proxy beside it, ``unix:`` and a socket's path. The socket is gone as soon as the
server is asked to end, so that the proxy asks another; what was already waiting in it is still taken.
"""

import os
import signal
import threading
from typing import Any

from activity_project import environment

bind = environment.text("BIND", "0.0.0.0:8000")
workers = environment.integer("WEB_PROCESSES", 2, least=1)
threads = environment.integer("WEB_THREADS", 4, least=1)
worker_class = "gthread"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112  # heartbeats, never on a disk
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None
control_socket_disable = True  # there is no home folder to put one in
raw_env = [f"DATABASE_POOL_SIZE={environment.integer('DATABASE_POOL_SIZE', threads)}"]


# Between the socket's going, which comes first, and the workers' ceasing to take from it.
TAKEN_FOR_S = 0.2


def post_worker_init(worker: Any) -> None:
    """Asked to end, a worker first takes what waits in the socket: closed on those, a proxy can't send a POST again."""

    def end_soon(number: int, _frame: Any) -> None:
        threading.Timer(TAKEN_FOR_S, worker.handle_exit, [number, None]).start()

    signal.signal(signal.SIGTERM, end_soon)


def worker_exit(server: Any, worker: Any) -> None:
    """Sends the analytics that are still queued: the process's sending thread ends with it."""
    from apps.common import analytics  # noqa: PLC0415  # needs Django, which only a worker has brought up

    analytics.flush()
