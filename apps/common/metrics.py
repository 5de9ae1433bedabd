"""What is counted while the product runs, for Prometheus. Labels are names from the code, never paths or people.

Without METRICS_TOKEN the counts stay in this process's memory and nobody reads them.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

registry: Final = CollectorRegistry()

REQUESTS: Final = Counter(
    "activity_http_requests",
    "Requests answered, by the name of their route.",
    ["route", "method", "status"],
    registry=registry,
)
REQUEST_SECONDS: Final = Histogram(
    "activity_http_request_seconds",
    "From a request's arrival to the beginning of its answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
TASKS: Final = Counter(
    "activity_tasks",
    "Tasks that ended, by outcome: success, failure, retry, rejected, ignored, expired.",
    ["task", "outcome"],
    registry=registry,
)
TASK_SECONDS: Final = Histogram(
    "activity_task_seconds",
    "How long a task ran.",
    ["task"],
    buckets=(0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600),
    registry=registry,
)
LEDGER_REFUSALS: Final = Counter(
    "activity_ledger_refusals",
    "Movements of credits that were refused.",
    ["reason"],
    registry=registry,
)
WEBHOOKS_RECEIVED: Final = Counter(
    "activity_webhooks_received",
    "Webhooks that came in: stored, duplicate, refused for their signature, too_large.",
    ["provider", "result"],
    registry=registry,
)
WEBHOOKS_PROCESSED: Final = Counter(
    "activity_webhooks_processed",
    "Attempts at stored webhooks, by what the webhook is afterwards; received: it will be tried again.",
    ["provider", "status"],
    registry=registry,
)
READS: Final = Counter(
    "activity_replica_reads",
    "Reads that a replica may answer, by what became of them: replica, or why the primary was asked: away, behind, "
    "own_write, walk, failed.",
    ["outcome"],
    registry=registry,
)
