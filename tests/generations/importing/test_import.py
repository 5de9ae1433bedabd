"""A whole import, as the command runs it: what is written, what is refused, and that it can be run again."""

import csv
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import StringIO
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.activity.timeline import Timeline
from apps.common import record_files
from apps.common.record_files import Format
from apps.credits.history import PastMovement, write_history
from apps.credits.ledger import balance_of
from apps.credits.models import CreditAccount, CreditTransaction, TransactionType
from apps.credits.verification import verify
from apps.generations.importing import batches, judging, run, staging, writing
from apps.generations.importing.placing import Misfit, Movement, Placed, places
from apps.generations.importing.reading import Source
from apps.generations.importing.rows import Judge
from apps.generations.models import Character, GenerationJob
from tests.conftest import empty_database
from tests.factories import CharacterFactory, UserFactory, with_credits

pytestmark = pytest.mark.usefixtures("committed")

MIA = "mia@example.com"
EXAMPLE = Path(project.BASE_DIR) / "docs" / "import-example.jsonl"
Record = dict[str, Any]
Importer = Callable[..., dict[int, str]]


def id_of(number: int) -> str:
    return str(UUID(int=number))


def at(minute: int) -> str:
    return f"2025-03-01T10:{minute:02}:00+00:00"


def person(email: str = MIA) -> Record:
    return {"kind": "user", "email": email}


def job(number: int, minute: int = 1, **changes: Any) -> Record:
    made = {"kind": "job", "id": id_of(number), "user": MIA, "status": "completed", "credits_used": 4}
    return made | {"created_at": at(minute), "completed_at": at(minute + 1), "prompt": "a quiet beach"} | changes


def failed(number: int, minute: int = 1, **changes: Any) -> Record:
    return job(number, minute, status="failed", error="Busy.", **changes)


def moved(number: int, type: str, amount: int, minute: int, of: int | None = None, **changes: Any) -> Record:
    record = {"kind": "transaction", "id": id_of(number), "user": MIA, "type": type, "amount": amount}
    return record | ({"job": id_of(of)} if of else {}) | {"created_at": at(minute)} | changes


def bought(number: int = 90, amount: int = 100, minute: int = 0) -> Record:
    return moved(number, "purchase", amount, minute)


@pytest.fixture
def import_records(tmp_path: Path) -> Importer:
    """Imports the records; returns why which lines were refused."""

    def run_it(*records: Record, strict: bool = False) -> dict[int, str]:
        path = tmp_path / "history.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return imported(path, strict=strict)

    return run_it


def imported(path: Path, *, strict: bool = False) -> dict[int, str]:
    """Why which lines of the file were refused."""
    try:
        call_command("import_generations", str(path), strict=strict, stdout=StringIO())
    except CommandError as error:
        if "refused" not in str(error):
            raise
    return rejects_of(path)


def placed(path: Path) -> list[int]:
    """Goes as far with the file as an import does before it writes; returns the batches."""
    run.stage(Source(path, Format.JSONL, Judge(timezone.now())))
    judging.judge()
    numbers = batches.numbered()
    run.place(numbers)
    return numbers


def rejects_of(path: Path) -> dict[int, str]:
    rejects = path.with_name(f"{path.name}.rejects.csv")
    if not rejects.exists():
        return {}
    with rejects.open(newline="") as file:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(file)}


def ledger() -> list[tuple[Any, ...]]:
    rows = CreditTransaction.objects.order_by("user__email", "seq")
    return list(rows.values_list("user__email", "seq", "id", "type", "amount", "balance_after", "created_at"))


def jobs() -> list[tuple[Any, ...]]:
    names = ("user__email", "character__name", "id", "status", "input", "credits_used", "created_at", "completed_at")
    return list(GenerationJob.objects.order_by("id").values_list(*names))


def test_the_example_of_the_documentation_is_taken_over_whole(tmp_path: Path) -> None:
    path = tmp_path / EXAMPLE.name
    path.write_bytes(EXAMPLE.read_bytes())

    assert imported(path) == {}

    mia = User.objects.get(email=MIA)
    assert balance_of(mia.pk) == 96
    assert mia.generated_count == 2
    assert not mia.has_usable_password()
    titles = [item.title for item in Timeline(user_id=mia.pk, now=timezone.now()).walk()]
    assert titles == [
        "Generation failed",
        "Credits refunded for a failed generation",
        "Credits used for 1 image",
        "Generated 2 images (HQ) for Luna",
        "Credits used for 2 images (HQ) for Luna",
        "Credits bought (Pack of 100)",
    ]
    assert verify()[1] == []


def test_the_same_history_as_csv_gives_the_same(tmp_path: Path) -> None:
    records = [json.loads(line) for line in EXAMPLE.read_text().splitlines()]
    names = list(dict.fromkeys(name for record in records for name in record))
    path = tmp_path / "history.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(records)

    assert imported(path) == {}
    assert balance_of(User.objects.get(email=MIA).pk) == 96
    assert GenerationJob.objects.count() == 2


def test_records_come_in_any_order(import_records: Importer) -> None:
    records = [moved(2, "generation", -4, 1, of=1), job(1, character="Luna"), bought(), person()]
    records.append({"kind": "character", "user": MIA, "name": "Luna"})

    assert import_records(*records) == {}
    assert [amount for *_, amount, _balance, _at in ledger()] == [100, -4]


def test_running_it_again_changes_nothing(import_records: Importer) -> None:
    records = [person(), bought(), failed(1), moved(2, "generation", -4, 1, of=1), moved(3, "refund", 4, 2, of=1)]
    import_records(*records)
    before = ledger(), jobs(), list(User.objects.values())

    assert import_records(*records) == {}
    assert (ledger(), jobs(), list(User.objects.values())) == before


def test_later_lines_of_a_longer_file_are_put_behind(import_records: Importer) -> None:
    first = [person(), bought(), job(1), moved(2, "generation", -4, 1, of=1)]
    import_records(*first)

    assert import_records(*first, job(3, 5), moved(4, "generation", -4, 5, of=3)) == {}
    assert [balance for *_, balance, _at in ledger()] == [100, 96, 92]


def test_people_and_characters_who_are_here_are_theirs(import_records: Importer) -> None:
    mia = UserFactory.create(email="Mia@Example.com")
    luna = CharacterFactory.create(user=mia, name="LUNA")

    assert import_records(person(), {"kind": "character", "user": MIA, "name": "Luna"}, job(1, character="luna")) == {}
    assert Character.objects.get() == luna
    assert GenerationJob.objects.get().character == luna
    assert User.objects.get().has_usable_password()


def test_the_past_is_not_put_before_what_an_account_has(import_records: Importer) -> None:
    mia = with_credits(UserFactory.create(email=MIA), 10)

    refused = import_records(bought())

    assert "can't be put before" in refused[1]
    assert balance_of(mia.pk) == 10


def test_an_adjustment_says_who_made_it_and_why(import_records: Importer) -> None:
    boss = UserFactory.create(email="Boss@example.com")
    adjusted = moved(91, "admin_adjustment", -10, 1, description="Bought twice", by="boss@example.com")

    assert import_records(person(), bought(), adjusted) == {}
    row = CreditTransaction.objects.get(type="admin_adjustment")
    assert (row.recorded_by, row.description, row.balance_after) == (boss, "Bought twice", 90)


REFUSALS: Mapping[str, tuple[list[Record], int, str]] = {
    "nobody": ([job(1)], 1, "nobody has this e-mail address"),
    "nobody's character": ([{"kind": "character", "user": MIA, "name": "Luna"}], 1, "nobody has"),
    "an unknown character": ([person(), job(1, character="Luna")], 2, "no character called 'Luna'"),
    "a job twice": ([person(), job(1), job(1)], 3, "earlier line"),
    "an adjustment by nobody": (
        [person(), moved(1, "admin_adjustment", 5, 1, description="Sorry", by="boss@example.com")], 2, "nobody here",
    ),
    "an adjustment without who": ([person(), moved(1, "admin_adjustment", 5, 1, description="Sorry")], 2, "by whom"),
    "an adjustment without why": ([person(), moved(1, "admin_adjustment", 5, 1, by=MIA)], 2, "description is missing"),
    "a purchase by someone": ([person(), bought() | {"by": MIA}], 2, "by whom"),
    "a transaction twice": ([person(), bought(), bought()], 3, "earlier line"),
    "a charge of no job": ([person(), bought(), moved(2, "generation", -4, 1, of=1)], 3, "no such job"),
    "a charge of a refused job": (
        [person(), bought(), job(1, quality="best"), moved(2, "generation", -4, 1, of=1)], 4, "line was refused",
    ),
    "another's job": (
        [person(), person("kai@example.com"), bought(), job(1, user="kai@example.com"),
         moved(2, "generation", -4, 1, of=1)], 5, "someone else's",
    ),
    "a wrong charge": ([person(), bought(), job(1), moved(2, "generation", -5, 1, of=1)], 4, "used 4 credits"),
    "a second charge": (
        [person(), bought(), job(1), moved(2, "generation", -4, 1, of=1), moved(3, "generation", -4, 2, of=1)], 5,
        "another generation",
    ),
    "a refund of what didn't fail": (
        [person(), bought(), job(1), moved(2, "generation", -4, 1, of=1), moved(3, "refund", 4, 2, of=1)], 5,
        "didn't fail",
    ),
    "a refund without charge": ([person(), failed(1), moved(3, "refund", 4, 2, of=1)], 3, "wasn't charged"),
    "below zero": ([person(), bought(amount=3), job(1), moved(2, "generation", -4, 1, of=1)], 4, "below zero"),
}  # fmt: skip


@pytest.mark.parametrize(("records", "line", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_what_does_not_fit_is_refused_by_line_and_reason(
    import_records: Importer, records: list[Record], line: int, reason: str
) -> None:
    refused = import_records(*records)

    assert reason in refused[line]
    assert verify()[1] == []
    with_lines = len(records) - len(refused)
    assert User.objects.count() + Character.objects.count() + len(jobs()) + len(ledger()) == with_lines


def test_an_id_that_stands_for_something_else_is_refused(import_records: Importer) -> None:
    import_records(person(), bought(), job(1), moved(2, "generation", -4, 1, of=1))

    refused = import_records(bought(amount=50), job(1, credits_used=5), moved(3, "generation", -4, 3, of=1))

    assert "another transaction" in refused[1]
    assert "another job" in refused[2]
    assert "another generation" in refused[3]


def test_a_strict_import_writes_nothing_if_a_line_is_refused(import_records: Importer) -> None:
    assert import_records(person(), bought(), {"kind": "order"}, strict=True).keys() == {3}
    assert not User.objects.exists()
    assert not CreditAccount.objects.exists()


def test_a_strict_import_without_a_refusal_writes_all(import_records: Importer) -> None:
    assert import_records(person(), bought(), strict=True) == {}
    assert CreditAccount.objects.get().balance == 100


def test_an_import_that_was_cut_off_ends_the_same_when_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_NUMBERS", batches._NUMBERS.replace(f"/ {batches.ROWS_A_BATCH}", "/ 10"))
    path = tmp_path / "history.jsonl"
    records = [
        record | ({"email": email} if "email" in record else {"user": email})
        for place, email in enumerate(f"person{n}@example.com" for n in range(5))
        for record in (
            person(),
            bought(number=90 + place),
            job(1 + place),
            moved(40 + place, "generation", -4, 1, of=1 + place),
        )
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    with staging.tables():
        numbers = placed(path)
        list(writing.write(numbers[:2]))

    assert 0 < len(ledger()) < 10
    assert imported(path) == {}
    assert len(numbers) == 5
    assert len(ledger()) == 10
    assert len(jobs()) == 5
    assert verify()[1] == []


def test_a_long_file_is_taken_over_like_a_short_one(import_records: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_files, "PART_BYTES", 500)
    several = [failed(number) for number in range(1, 9)]
    charges = [moved(20 + number, "generation", -4, 1, of=number) for number in range(1, 9)]

    assert import_records(person(), bought(), {"kind": "order"}, *several, *charges).keys() == {3}
    assert [balance for *_, balance, _at in ledger()] == [100 - 4 * count for count in range(9)]


MOVES = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([-9, -4, 1, 5, 9]), st.integers(0, 3)), max_size=12)
BOSS = "boss@example.com"


def of(email: str, number: int, amount: int, minute: int) -> Record:
    added: dict[str, Any] = (
        {"user": email} if amount > 0 else {"user": email, "by": BOSS, "description": "Counted again"}
    )
    return moved(number, "bonus" if amount > 0 else "admin_adjustment", amount, minute, **added)


def cast_with_a_past() -> list[User]:
    """Three people, of whom the first has three credits since before all that is taken over."""
    UserFactory.create(email=BOSS)
    people = [UserFactory.create(email=f"person{number}@example.com") for number in range(3)]
    before = PastMovement(id=uuid4(), type=TransactionType.BONUS, amount=3, at=datetime(2025, 2, 1, tzinfo=UTC))
    write_history(people[0].pk, [before])
    return people


def movement(line: int, user: User, amount: int, minute: int) -> Movement:
    account = CreditAccount.objects.filter(pk=user.pk).first() or CreditAccount()
    return Movement(
        line=line, user_id=user.pk, type="", amount=amount, job_id=None, created_at=datetime.fromisoformat(at(minute)),
        is_refunded=False, was_charged=False, seq=account.seq, balance=account.balance, last_at=account.last_at,
    )  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_movements_stand_where_going_through_them_one_by_one_puts_them(
    tmp_path: Path, moves: list[tuple[int, int, int]]
) -> None:
    empty_database()
    people = cast_with_a_past()
    movements = [movement(line, people[who], *what) for line, (who, *what) in enumerate(moves, 1)]
    expected = list(places(sorted(movements, key=attrgetter("user_id", "created_at", "line"))))
    path = tmp_path / "history.jsonl"
    records = [of(people[who].email, line, *what) for line, (who, *what) in enumerate(moves, 1)]
    path.write_text("\n".join(map(json.dumps, records)))

    refused = imported(path)

    assert refused == {one.line: one.reason for one in expected if isinstance(one, Misfit)}
    rows = CreditTransaction.objects.exclude(created_at__lt=datetime(2025, 3, 1, tzinfo=UTC))
    found = {row.pk.int: (row.user_id, row.seq, row.balance_after, row.created_at) for row in rows}
    assert found == {one.line: tuple(one)[1:] for one in expected if isinstance(one, Placed)}
    assert verify()[1] == []


def test_two_imports_do_not_run_at_once(import_records: Importer) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [int.from_bytes(b"generati", "big")])
        with pytest.raises(CommandError, match="Another import"):
            import_records(person())
    finally:
        other.close()


def test_an_account_that_moved_while_the_import_ran_is_left_alone(tmp_path: Path) -> None:
    mia = UserFactory.create(email=MIA)
    path = tmp_path / "history.jsonl"
    path.write_text(json.dumps(bought()) + "\n")
    with staging.tables():
        numbers = placed(path)
        with_credits(mia, 7)
        list(writing.write(numbers))
        outcome = run._outcome(was_refused=False, faults=run.verified())

    assert (outcome.transactions, outcome.rejects) == (0, 1)
    assert balance_of(mia.pk) == 7


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import_generations", "/nowhere/history.jsonl")


HOSTILE = st.lists(
    st.sampled_from(
        [
            *(json.dumps(record).encode() for record in (person(), bought(), job(1), failed(2))),
            *(json.dumps(moved(n, "generation", -4, 1, of=n - 2)).encode() for n in (3, 4)),
            json.dumps(moved(5, "refund", 4, 2, of=2)).encode(),
            json.dumps(job(6, prompt="\t\\N\\.\n\u2028")).encode(),
            b"\\.",
            b"\\N",
            b"",
        ]
    )
    | st.binary(max_size=60),
    max_size=12,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=HOSTILE)
def test_no_file_whatever_harms_the_ledger(tmp_path: Path, content: list[bytes]) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b"\n".join(content))

    once = imported(path)
    before = ledger(), jobs()
    imported(path)

    assert set(once) <= set(range(1, path.read_bytes().count(b"\n") + 2))
    assert (ledger(), jobs()) == before
    assert verify()[1] == []
