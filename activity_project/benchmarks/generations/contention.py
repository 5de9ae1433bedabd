"""Charges a second with many clients, and what must hold meanwhile."""

from collections.abc import Callable, Iterator
from statistics import median

from activity_project.benchmarks.figures import Comparison, Figure
from activity_project.benchmarks.generations import accounts
from activity_project.benchmarks.generations.accounts import CLIENTS
from activity_project.benchmarks.generations.designs import DESIGNS, for_update, ours
from activity_project.benchmarks.generations.races import Length, Race, pgbench_program, pgbench_rate, race
from apps.common.progress import track
from apps.credits.verification import verify

ROUNDS = 3
SECONDS_A_RUN = 2
CREDIT, ATTEMPTS_A_CLIENT = 500, 100
_NUMBER_OF_THE_POOR = 1_000
_RUN = Length(seconds=SECONDS_A_RUN)


class DifferentRows(Exception):
    """A design writes other rows than ours: nothing that was measured can be compared."""


def check_designs() -> None:
    """Raises DifferentRows unless all designs write the same charges."""
    users = {name: accounts.new_person(2_000 + place, credits=5) for place, name in enumerate(DESIGNS)}
    for name, charge in DESIGNS.items():
        for number in accounts.jobs_of(users[name], 5):
            charge(users[name], accounts.job_id(number))
    expected = accounts.movements(users["ours"])
    for name, user in users.items():
        if accounts.movements(user) != expected:
            raise DifferentRows(f"{name!r} writes other rows than ours.")


def exactness() -> Iterator[Figure]:
    """One account with credit for so many charges, and more clients than it has credit for."""
    poor = accounts.new_person(_NUMBER_OF_THE_POOR, credits=CREDIT)
    run = race(ours, [poor] * CLIENTS, Length(charges=ATTEMPTS_A_CLIENT))
    about = f"{CLIENTS} clients, credit for {CREDIT}, {CLIENTS * ATTEMPTS_A_CLIENT} asked for"
    lowest = min(balance for *_, balance in accounts.movements(poor))
    yield Figure(name="charges accepted, of one account", value=run.written, least=CREDIT, most=CREDIT, about=about)
    yield Figure(name="its lowest balance", value=lowest, least=0, most=0)
    yield Figure(name="errors but InsufficientCredits", value=len(run.errors), most=0, about="; ".join(run.errors)[:60])
    yield Figure(name="accounts that don't add up", value=len(verify()[1]), most=0)


class Rates:
    """Charges a second by each design, on accounts of their own and on one; taken in turns."""

    def __init__(self) -> None:
        users = accounts.clients()
        self._errors: list[str] = []
        self._program = pgbench_program()
        runs: dict[str, Callable[[], float]] = {
            "ours, different accounts": lambda: self._rate(race(ours, users, _RUN)),
            "ours, one account": lambda: self._rate(race(ours, users[:1] * CLIENTS, _RUN)),
            "SELECT FOR UPDATE, one account": lambda: self._rate(race(for_update, users[:1] * CLIENTS, _RUN)),
        }
        if program := self._program:
            runs["pgbench, different accounts"] = lambda: pgbench_rate(program, users, seconds=SECONDS_A_RUN)
            runs["pgbench, one account"] = lambda: pgbench_rate(program, users[:1], seconds=SECONDS_A_RUN)
        self._rates: dict[str, list[float]] = {name: [] for name in runs}
        for turn in track(range(ROUNDS), total=ROUNDS, label="races"):
            accounts.vacuum()
            names = list(runs)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                self._rates[name].append(runs[name]())

    def comparison(self) -> Comparison:
        """Each design's rate; a note where there is no pgbench to compare with."""
        title = f"Charges a second, {CLIENTS} clients" + ("" if self._program else " (no pgbench here)")
        return Comparison(title, ("", "charges/s"), [(name, self._median(name)) for name in self._rates])

    def figures(self) -> Iterator[Figure]:
        """Ours against pgbench, where there is one, and against the textbooks' way."""
        if self._program:
            for which in ("different accounts", "one account"):
                ratio = self._median(f"ours, {which}") / self._median(f"pgbench, {which}")
                yield Figure(name=f"charges a second / pgbench, {which}", value=ratio, least=0.5)
        ratio = self._median("ours, one account") / self._median("SELECT FOR UPDATE, one account")
        yield Figure(name="charges a second / SELECT FOR UPDATE, one account", value=ratio, least=1.4)
        yield Figure(
            name="errors under contention", value=len(self._errors), most=0, about="; ".join(self._errors)[:60]
        )
        yield Figure(name="accounts that don't add up afterwards", value=len(verify()[1]), most=0)

    def _rate(self, run: Race) -> float:
        self._errors += run.errors
        return run.rate

    def _median(self, name: str) -> float:
        return median(self._rates[name])
