"""Takes out of texts for operators what is about a person or opens a door: log lines, reports of errors.

The last net, not the first: whoever writes a log line names things by their ids.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

_ADDRESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Keys of providers and our own tokens, by how they begin; whatever follows a word for a secret.
_SECRET: Final = re.compile(
    r"\b(?:[rsp]k_(?:live|test)_|whsec_|phc_|act_|sk-)[A-Za-z0-9_-]{8,}"
    r"|(?i:\bBearer\s+)[^\s'\",;]+"
    r"|(?i:(?<=password=)|(?<=secret=)|(?<=token=)|(?<=api_key=)|(?<=sessionid=)|(?<=csrftoken=))[^\s&'\",;]+"
)
# Where PostgreSQL refuses a row it shows the row.
_ROW: Final = re.compile(r"(?<=DETAIL:)[^\n]*|(?<=Failing row contains )\([^\n]*|(?<=Key )\([^\n]*")
_CREDENTIALS_IN_URL: Final = re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)")
_DEPTH: Final = 12


def scrubbed(text: str) -> str:
    """The text without addresses, secrets and rows."""
    text = _ROW.sub(" [row]", text)
    text = _CREDENTIALS_IN_URL.sub("[secret]", text)
    return _SECRET.sub("[secret]", _ADDRESS.sub("[e-mail]", text))


def scrubbed_all(value: Any, depth: int = 0) -> Any:
    """The value with every text in it scrubbed; what is nested too deep to look at is left out."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, Mapping):
        return {key: _inner(each, depth) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_inner(each, depth) for each in value]
    return value


def _inner(value: Any, depth: int) -> Any:
    return scrubbed_all(value, depth + 1) if depth < _DEPTH else "[…]"
