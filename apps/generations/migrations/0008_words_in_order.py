"""The words of many jobs at once are written in the order of their index: neighbours there come one after the other.

A history of a million jobs brings some ten million words, and to find the place in the index for each costs much less
where the last one stands next to it.
"""

from importlib import import_module

from django.db import migrations

_BEFORE: str = import_module("apps.generations.migrations.0007_cheaper_histories").IN_PLACE
_BEGIN = _BEFORE.index("CREATE OR REPLACE FUNCTION generation_jobs_add_words()")
_FUNCTION = _BEFORE[_BEGIN : _BEFORE.index("END $fn$;", _BEGIN) + len("END $fn$;")]
_OF_NEW = """      FROM after, words_of(after.prompt_text) AS word
     WHERE after.status IN ('completed', 'failed');"""

IN_ORDER = _FUNCTION.replace(
    _OF_NEW, f"{_OF_NEW.removesuffix(';')}\n     ORDER BY after.user_id, word, after.occurred_at, after.id;"
)


class Migration(migrations.Migration):
    dependencies = [("generations", "0007_cheaper_histories")]
    operations = [migrations.RunSQL(IN_ORDER, reverse_sql=_FUNCTION)]
