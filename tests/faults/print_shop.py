"""A print provider on this machine that remembers its orders, and can have done what it hasn't answered yet."""

from collections import Counter
from threading import Event
from typing import Any

from tests.faults.patience import PATIENCE_SECONDS
from tests.http_stand_in import Answer, Asked, StandIn

DRAFT, RELEASE = "draft", "release"
IN_PRODUCTION = {"status": "error", "code": 8151, "message": "Order is in production already"}


class PrintShop(StandIn):
    """What was drafted under which name, and how often each was sent to production.

    ``holding`` names steps of orders, by their number: done at once, answered when ``may_answer`` is set.
    """

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, dict[str, Any]] = {}
        self.released: Counter[str] = Counter()
        self.holding: dict[str, str] = {}
        self.held: set[str] = set()
        self.may_answer = Event()
        self.told = {
            "PRINTIFY_API_TOKEN": "token-for-tests",
            "PRINTIFY_SHOP_ID": "7",
            "PRINTIFY_WEBHOOK_SECRET": "secret-for-tests",
            "PRINTIFY_API_BASE": f"{self.url}/v1",
        }

    def answer_to(self, asked: Asked) -> Answer:
        end = asked.path.rpartition("/")[2]
        if end == "orders.json":
            return self._draft(asked.body) if asked.method == "POST" else Answer({"data": list(self.orders.values())})
        if end == "send_to_production.json":
            return self._release(self.orders[asked.path.split("/")[-2]])
        return Answer(self.orders[end.removesuffix(".json")])

    def _draft(self, wanted: dict[str, Any]) -> Answer:
        made = {**wanted, "id": f"PFY-{len(self.orders) + 1}", "status": "on-hold", "shipments": []}
        self.orders[made["id"]] = made
        return self._answered(made, DRAFT, Answer({"id": made["id"]}))

    def _release(self, order: dict[str, Any]) -> Answer:
        if order["status"] != "on-hold":
            return Answer(IN_PRODUCTION, 400)
        order["status"] = "in-production"
        self.released[order["label"]] += 1
        return self._answered(order, RELEASE, Answer({"id": order["id"]}))

    def _answered(self, order: dict[str, Any], step: str, answer: Answer) -> Answer:
        if self.holding.get(order["label"]) == step and not self.may_answer.is_set():
            self.held.add(order["label"])
            self.may_answer.wait(PATIENCE_SECONDS)
        return answer
