"""Gunicorn's settings: a few processes with a few threads each, one database pool a process."""

import os
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
forwarded_allow_ips = environment.text("TRUSTED_PROXIES", "127.0.0.1")
raw_env = [f"DATABASE_POOL_SIZE={environment.integer('DATABASE_POOL_SIZE', threads)}"]


def worker_exit(server: Any, worker: Any) -> None:
    """Sends the analytics that are still queued: the process's sending thread ends with it."""
    from apps.common import analytics  # noqa: PLC0415  # needs Django, which only a worker has brought up

    analytics.flush()
