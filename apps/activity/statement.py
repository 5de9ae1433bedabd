"""The timeline's SQL, kept out of the ORM because it measures better: prepared, binary, one statement a page.

Five silent cliffs are avoided here, and tests hold the plan to it: every branch has its own LIMIT, or the whole
history is read; limits are parameters, or a planner that expects no more rows than that of anyone reads all there are
and sorts them; conditions on the kind are one branch a kind, or a rare kind is searched to the end of another; what is
linked to the page is fetched for all its rows at once, not row by row; and the page claims to be long, or each of its
rows is compared with each of the links.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from apps.activity import searching
from apps.credits.models import JOB_REFERENCE, TransactionType
from apps.generations.models import JobKind
from apps.generations.states import Status


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes one statement's text differ from another's; everything else is a parameter."""

    job_kinds: tuple[int, ...]
    credit_kinds: tuple[int, ...]
    of_character: bool
    of_status: bool
    of_words: bool
    has_bounds: bool
    continues: bool
    with_characters: bool


@lru_cache(maxsize=256)
def page(shape: Shape) -> str:
    """The statement for a page: what goes before (see ``_with_links``), then the columns of ``TimelineRow``."""
    branches = _found_jobs(shape) if shape.of_words else [_jobs(shape, kind) for kind in shape.job_kinds]
    branches += [_credits(shape, kind) for kind in shape.credit_kinds]
    rows = _merged(branches or [_NOTHING])
    if shape.continues and JobKind.STARTED in shape.job_kinds:
        # Merged apart: an unsorted branch among the others tempts the planner to read them all to their limits.
        rows = _merged([f"({rows})", _moved_jobs(shape)])
    if not shape.of_words:
        return _with_links(rows, with_characters=shape.with_characters)
    rows = f"SELECT * FROM ({rows}) AS found WHERE {searching.WITHIN}"
    return _with_links(rows, before=_search(shape), reach=searching.REACH, with_characters=shape.with_characters)


@lru_cache(maxsize=64)
def arrivals(shape: Shape) -> str:
    """The statement for what a walk's snapshot hadn't seen at all, in the same columns: the few newest rows."""
    branches = [_new_jobs(shape)] if shape.job_kinds else []
    branches += [_new_credits(shape)] if shape.credit_kinds else []
    rows = _merged(branches or [_NOTHING])
    return _with_links(rows, before=searching.NEEDLE if shape.of_words else "")


def _new_jobs(shape: Shape) -> str:
    conditions = [f"NOT {_QUEUED_SEEN}", *_bounded(shape, "j.occurred_at"), *_of_job(shape)]
    return f"(SELECT {_JOB_COLUMNS} FROM {_recent_jobs(shape.job_kinds)} WHERE {' AND '.join(conditions)})"


def _new_credits(shape: Shape) -> str:
    kinds = ", ".join(map(str, shape.credit_kinds))
    conditions = ["x.user_id = %(user_id)s", f"x.kind IN ({kinds})", "x.created_at > %(settled)s"]
    conditions += [f"NOT {_CREDIT_SEEN}", *_bounded(shape, "x.created_at")]
    if shape.of_character:
        conditions.append("x.character_id = %(character_id)s")
    return f"(SELECT {_CREDIT_COLUMNS} FROM credit_transactions x WHERE {' AND '.join(conditions)})"


def _merged(branches: Sequence[str]) -> str:
    union = "\n    UNION ALL ".join(branches)
    return f"SELECT * FROM (\n    {union}) AS rows ORDER BY t DESC, is_job DESC, id DESC LIMIT %(rows)s"


@lru_cache(maxsize=2)
def one(*, is_job: bool) -> str:
    """The statement for one item by its source's id, in the same columns."""
    return _with_links(
        f"SELECT {_JOB_COLUMNS} FROM generation_jobs j WHERE user_id = %(user_id)s AND id = %(id)s"
        if is_job
        else f"SELECT {_CREDIT_COLUMNS} FROM credit_transactions x WHERE user_id = %(user_id)s AND id = %(id)s"
    )


_JOB_COLUMNS = (
    "j.occurred_at AS t, 1 AS is_job, j.id, j.kind, j.id AS job_id, NULL::bigint AS amount, "
    "NULL::bigint AS balance_after, NULL::text AS transaction_type, NULL::text AS description, "
    "j.status::text AS status, j.quality, j.aspect_ratio, j.image_count, j.error::text AS error, "
    "j.character_id, j.pruned_at IS NULL AS has_files"
)
_CREDIT_COLUMNS = (
    f"x.created_at AS t, 0 AS is_job, x.id, x.kind, "
    f"CASE WHEN x.reference_type = '{JOB_REFERENCE}' THEN x.reference_id END AS job_id, x.amount, "
    "x.balance_after, x.type::text AS transaction_type, x.description::text AS description, "
    "NULL::text AS status, NULL::text AS quality, NULL::text AS aspect_ratio, NULL::smallint AS image_count, "
    "NULL::text AS error, x.character_id, NULL::boolean AS has_files"
)
_NOTHING = f"(SELECT {_CREDIT_COLUMNS} FROM credit_transactions x WHERE false)"
# As it stood when the walk's snapshot was taken: started, if that was committed by then, else still queued.
_STOOD_COLUMNS = _JOB_COLUMNS.replace("j.occurred_at", "j.stood_at").replace("j.kind", f"{JobKind.STARTED.value}")
_STOOD_COLUMNS = _STOOD_COLUMNS.replace("j.status::text", "j.stood_as").replace("j.error::text", "''")


def _seen(time: str, xid: str) -> str:
    """Whether the walk's snapshot had seen what that transaction wrote at that time."""
    return f"({time} <= %(settled)s OR pg_visible_in_snapshot({xid}, %(snapshot)s::pg_snapshot))"


_JOB_SEEN = _seen("j.occurred_at", "COALESCE(j.finished_xid, j.started_xid, j.queued_xid)")
_CREDIT_SEEN = _seen("x.created_at", "x.written_xid")
_QUEUED_SEEN = _seen("j.created_at", "j.queued_xid")
# A job can be written as already started, by an import say: then its first transaction also started it.
_STARTED_SEEN = f"j.started_at IS NOT NULL AND {_seen('j.started_at', 'COALESCE(j.started_xid, j.queued_xid)')}"


def _jobs(shape: Shape, kind: int) -> str:
    conditions = ["j.user_id = %(user_id)s", f"j.kind = {kind}"]
    conditions += _narrowed(shape, time="j.occurred_at", id_="j.id", id_param="job_id", seen=_JOB_SEEN)
    conditions += _of_job(shape)
    return (
        f"(SELECT {_JOB_COLUMNS} FROM generation_jobs j WHERE {' AND '.join(conditions)}"
        f" ORDER BY j.occurred_at DESC, j.id DESC LIMIT %(rows)s)"
    )


def _found_jobs(shape: Shape) -> list[str]:
    """Jobs by the words of their prompts: ended ones where the ranges of the words meet, the few in flight one by one.

    ``OFFSET 0`` keeps the planner, who expects few jobs of anyone, from reading all of them first.
    """
    started = [_jobs(shape, kind) for kind in shape.job_kinds if kind == JobKind.STARTED]
    if not _ended(shape):
        return started
    conditions = [f"j.kind IN ({', '.join(map(str, _ended(shape)))})", searching.HAS_ALL_WORDS]
    conditions += [_JOB_SEEN] * shape.continues + ["j.character_id = %(character_id)s"] * shape.of_character
    return [
        *started,
        f"""(SELECT {_JOB_COLUMNS}
       FROM meeting CROSS JOIN LATERAL (SELECT * FROM generation_jobs WHERE id = meeting.job_id OFFSET 0) j
      WHERE {" AND ".join(conditions)}
      ORDER BY j.occurred_at DESC, j.id DESC LIMIT %(rows)s)""",
    ]


def _ended(shape: Shape) -> list[int]:
    return [kind for kind in shape.job_kinds if kind != JobKind.STARTED]


def _search(shape: Shape) -> str:
    """What goes before a search; a filter that leaves some ended jobs out is a range for each kind that it leaves."""
    kinds = _ended(shape)
    narrows = shape.of_character or len(kinds) == 1
    return searching.before(
        bounds=_left(shape, "w.occurred_at"),
        of_words=["(w.occurred_at, w.job_id) < (%(time)s, %(job_id)s)"] * shape.continues,
        filtered=[_range_of(shape, kind) for kind in kinds] if narrows else [],
    )


def _range_of(shape: Shape, kind: int) -> str:
    conditions = ["j.user_id = %(user_id)s", f"j.kind = {kind}", *_left(shape, "j.occurred_at")]
    conditions += ["(j.occurred_at, j.id) < (%(time)s, %(job_id)s)"] * shape.continues
    conditions += ["j.character_id = %(character_id)s"] * shape.of_character
    return (
        f"SELECT j.occurred_at, j.id FROM generation_jobs j WHERE {' AND '.join(conditions)}"
        f" ORDER BY j.occurred_at DESC, j.id DESC LIMIT {searching.SHARE}"
    )


def _credits(shape: Shape, kind: int) -> str:
    conditions = ["x.user_id = %(user_id)s", f"x.kind = {kind}"]
    conditions += _narrowed(shape, time="x.created_at", id_="x.id", id_param="credit_id", seen=_CREDIT_SEEN)
    if shape.of_character:
        conditions.append("x.character_id = %(character_id)s")
    return (
        f"(SELECT {_CREDIT_COLUMNS} FROM credit_transactions x WHERE {' AND '.join(conditions)}"
        f" ORDER BY x.created_at DESC, x.id DESC LIMIT %(rows)s)"
    )


def _narrowed(shape: Shape, *, time: str, id_: str, id_param: str, seen: str) -> list[str]:
    conditions = []
    if shape.continues:
        conditions += [f"({time}, {id_}) < (%(time)s, %({id_param})s)", seen]
    return conditions + _left(shape, time)


def _bounded(shape: Shape, time: str) -> list[str]:
    """The date range, where one is asked for."""
    return [f"{time} >= %(since)s::timestamptz AND {time} < %(until)s::timestamptz"] if shape.has_bounds else []


def _left(shape: Shape, time: str) -> list[str]:
    """What is left of the date range behind the cursor, which lies within it. To ask for its end as well would have
    the index read from there."""
    if not shape.continues:
        return _bounded(shape, time)
    return [f"{time} >= %(since)s::timestamptz"] if shape.has_bounds else []


def _of_job(shape: Shape, status: str = "j.status") -> list[str]:
    """What is asked of a job beside its time."""
    conditions = {
        "j.character_id = %(character_id)s": shape.of_character,
        # Not in a form that an index could look up: the gallery's has the status too, behind the time of asking, and
        # the planner would read all that a person has of it.
        f"{status} || '' = %(status)s": shape.of_status,
        searching.HAS_ALL_WORDS: shape.of_words,
    }
    return [condition for condition, asked in conditions.items() if asked]


def _moved_jobs(shape: Shape) -> str:
    """The few jobs that changed since the walk began, where and as they stood then."""
    conditions = ["(j.stood_at, j.id) < (%(time)s, %(job_id)s)"]
    conditions += _of_job(shape, status="j.stood_as") + _bounded(shape, "j.stood_at")
    return f"""(SELECT {_STOOD_COLUMNS}
       FROM (SELECT j.*,
                    CASE WHEN s.started THEN j.started_at ELSE j.created_at END AS stood_at,
                    CASE WHEN s.started THEN '{Status.PROCESSING.value}' ELSE '{Status.QUEUED.value}' END AS stood_as
               FROM {_recent_jobs(map(int, JobKind))},
                    LATERAL (SELECT {_STARTED_SEEN} AS started) s
              WHERE NOT {_JOB_SEEN} AND {_QUEUED_SEEN}) j
      WHERE {" AND ".join(conditions)}
      ORDER BY j.stood_at DESC, j.id DESC LIMIT %(rows)s)"""


def _recent_jobs(kinds: Iterable[int]) -> str:
    """The few jobs that may have come or moved since the walk began: one range of the timeline's index a kind.

    With ``kind IN (…)`` instead, the planner takes whatever other index has the person alone, and reads all they have.
    """
    of_kind = (
        f"SELECT * FROM generation_jobs WHERE user_id = %(user_id)s AND kind = {kind} AND occurred_at > %(settled)s"
        for kind in kinds
    )
    return f"({' UNION ALL '.join(of_kind)}) j"


# Of all the person's characters, id and name: once, in the first row. The form of a page's filters lists them.
# Found by its id: numbering the rows by a window takes as long as a third of the statement.
_CHARACTERS = """CASE WHEN p.id IS NOT DISTINCT FROM (
         SELECT id FROM page ORDER BY t DESC, is_job DESC, id DESC LIMIT 1) THEN
         (SELECT COALESCE(array_agg(ARRAY[id::text, name] ORDER BY lower(name), id), '{}')
            FROM characters WHERE user_id = %(user_id)s) END"""


def _with_links(
    page_rows: str, before: str = "", *, reach: str = searching.NO_REACH, with_characters: bool = False
) -> str:
    """The page's rows with what they are linked to: jobs of transactions, transactions of jobs, characters' names.

    Five columns go before: the time and the snapshot of the reading, how far back a search has come (its time and
    job, null where that is all the way), and the person's characters where asked for.

    Links are looked up by id alone, and whose they are is asked of what was found. A condition on the owner beside
    the ids would invite the planner, who expects few rows of anyone, to read all that the owner has.

    Nor does the planner expect more than a row of a page, and would compare each of its rows with each link: 2,500
    times a page, a million times a thousand items. ``once`` is a single row of which it expects a thousand.
    """
    return f"""
WITH{before} head AS MATERIALIZED (
    SELECT statement_timestamp() AS at, pg_current_snapshot()::text AS snapshot),
page AS MATERIALIZED (
    SELECT rows.* FROM generate_series(1, %(once)s::int) AS once CROSS JOIN (
    {page_rows}) AS rows),
job AS MATERIALIZED (
    SELECT id, user_id, status, quality, aspect_ratio, image_count, pruned_at IS NULL AS has_files
      FROM generation_jobs
     WHERE id = ANY (ARRAY(SELECT job_id FROM page WHERE is_job = 0 AND job_id IS NOT NULL))),
charge AS MATERIALIZED (
    SELECT reference_id, user_id, type, id, amount FROM credit_transactions
     WHERE reference_type = '{JOB_REFERENCE}' AND reference_id = ANY (ARRAY(SELECT id FROM page WHERE is_job = 1))),
name AS MATERIALIZED (
    SELECT id, user_id, name FROM characters
     WHERE id = ANY (ARRAY(SELECT character_id FROM page WHERE character_id IS NOT NULL)))
SELECT head.at, head.snapshot, {reach}, {_CHARACTERS if with_characters else "NULL"},
       p.t, p.is_job, p.id, p.kind, p.job_id, p.amount, p.balance_after, p.transaction_type, p.description,
       COALESCE(p.status, job.status), COALESCE(p.quality, job.quality), COALESCE(p.aspect_ratio, job.aspect_ratio),
       COALESCE(p.image_count, job.image_count), p.error, p.character_id, name.name,
       spent.id, spent.amount, back.id, back.amount, COALESCE(p.has_files, job.has_files, true)
  FROM head
  LEFT JOIN page p ON true
  LEFT JOIN job ON p.is_job = 0 AND job.id = p.job_id AND job.user_id = %(user_id)s
  LEFT JOIN charge spent ON p.is_job = 1 AND spent.reference_id = p.id AND spent.user_id = %(user_id)s
                        AND spent.type = '{TransactionType.GENERATION.value}'
  LEFT JOIN charge back ON p.is_job = 1 AND back.reference_id = p.id AND back.user_id = %(user_id)s
                       AND back.type = '{TransactionType.REFUND.value}'
  LEFT JOIN name ON name.id = p.character_id AND name.user_id = %(user_id)s
 ORDER BY p.t DESC, p.is_job DESC, p.id DESC"""
