"""The SQL that finds jobs by the words of their prompts, at a bounded cost whatever the words are.

Each word is a range of the index ``(user, word, time, job)``; a filter by status or influencer is one more, of the
jobs' own index. Two words that are common and rarely meet have no range of their own: to find where they meet, one
has to read both. So each range is read for a share of ``ENTRIES``, from the indexes alone; what is in all of them, as
far back as all of them were read, is a page; and where a range was cut off, the page says how far back that is, and
another begins there.
"""

from collections.abc import Sequence

# About 75 fit a page of an index that is vacuumed: some seventy pages a statement.
ENTRIES = 5_000


def before(*, bounds: Sequence[str], of_words: Sequence[str], filtered: Sequence[str]) -> str:
    """What goes before the page: where all ranges meet, and ``searched``, how far back that is; empty for all the way.

    ``bounds`` narrows the time of a word's use ``w`` and ``of_words`` where it goes on; ``filtered`` has a whole query
    of ``occurred_at, job_id`` for each range beside the words, with its limit.
    """
    conditions = " AND ".join(["w.user_id = %(user_id)s", "w.word = asked.word", *bounds, *of_words])
    ranges = [
        f"""SELECT asked.word AS range, used.occurred_at, used.job_id
          FROM needle, unnest(needle.words) AS asked (word), LATERAL (
            SELECT w.occurred_at, w.job_id FROM generation_job_words w WHERE {conditions}
             ORDER BY w.occurred_at DESC, w.job_id DESC LIMIT {SHARE}) AS used""",
        # A word has no space in it.
        *(f"SELECT 'filter {place}', * FROM ({query}) AS filtered" for place, query in enumerate(filtered)),
    ]
    return f"""
needle AS MATERIALIZED (
    SELECT words, cardinality(words) + {int(bool(filtered))} AS conditions,
           cardinality(words) + {len(filtered)} AS ranges
      FROM (SELECT prompt_words(%(words)s) AS words) AS split),
share AS MATERIALIZED (
    SELECT CASE WHEN ranges = 1 THEN %(rows)s::bigint ELSE %(entries)s / ranges END AS entries FROM needle),
entry AS MATERIALIZED (
    {" UNION ALL ".join(ranges)}),
cut_off AS MATERIALIZED (
    SELECT occurred_at, job_id
      FROM (SELECT DISTINCT ON (range) range, occurred_at, job_id FROM entry
             ORDER BY range, occurred_at, job_id) AS last
     WHERE range IN (SELECT range FROM entry GROUP BY range HAVING count(*) >= {SHARE})
     ORDER BY occurred_at DESC, job_id DESC LIMIT 1),
meeting AS MATERIALIZED (
    SELECT occurred_at, job_id FROM entry
     WHERE NOT EXISTS (SELECT FROM cut_off)
        OR (occurred_at, job_id) >= (SELECT occurred_at, job_id FROM cut_off)
     GROUP BY occurred_at, job_id HAVING count(*) = (SELECT conditions FROM needle)
     ORDER BY occurred_at DESC, job_id DESC LIMIT %(rows)s),
searched AS MATERIALIZED (
    SELECT occurred_at, job_id
      FROM (SELECT * FROM cut_off
            UNION ALL
            (SELECT * FROM meeting WHERE (SELECT count(*) FROM meeting) >= %(rows)s
              ORDER BY occurred_at, job_id LIMIT 1)) AS ends
     ORDER BY occurred_at DESC, job_id DESC LIMIT 1),"""


SHARE = "(SELECT entries FROM share)"
HAS_ALL_WORDS = "prompt_words(j.prompt_text) @> (SELECT words FROM needle)"
WITHIN = """(NOT EXISTS (SELECT FROM searched)
     OR (t, id) >= (SELECT occurred_at, job_id FROM searched))"""
REACH = "(SELECT occurred_at FROM searched), (SELECT job_id FROM searched)"
NO_REACH = "NULL::timestamptz, NULL::uuid"
# Of the index of words alone: the arrivals of a walk are few, and are asked themselves.
NEEDLE = "\nneedle AS MATERIALIZED (SELECT prompt_words(%(words)s) AS words),"
