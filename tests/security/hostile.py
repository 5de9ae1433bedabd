"""What somebody may send who wishes the product ill, or whose program is broken."""

from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

SCRIPT: Final = "<script>hostile()</script>"
BREAKOUT: Final = "\"'><img src=x onerror=hostile()>"
ELSEWHERE: Final = "evil.example"
# What a page must not hold as it was sent.
UNESCAPED: Final = ("<script>hostile", "<img src=x onerror")

TEXTS: Final = (
    SCRIPT,
    BREAKOUT,
    "{{ 7|add:35 }}{% debug %}",
    "' OR 1=1--",
    "'; DROP TABLE users; --",
    "%' ESCAPE '\\",
    "\\",
    "=cmd|' /C calc'!A0",
    f"//{ELSEWHERE}/",
    f"/\\{ELSEWHERE}",
    f"https://{ELSEWHERE}/%2f..",
    f"https:{ELSEWHERE}",
    "javascript:hostile()",
    "data:text/html,<script>hostile()</script>",
    "x\r\nSet-Cookie: hostile=1",
    "x\r\n\r\n<script>hostile()</script>",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udcff\udcfe",
    "\u202eevil",
    "\ufeff\u200b",
    "ﬁ" * 300,
    "É" * 255,
    "../../../../etc/passwd",
    "%00%ff%2e%2e%2f",
    "%",
    "-1",
    "0",
    "1.5",
    "1e400",
    "9" * 400,
    "-" + "9" * 30,
    str(2**31),
    str(2**63),
    "٣",
    "NaN",
    "Infinity",
    "0x7f",
    "true",
    "null",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "99999-01-01",
    "2026-02-30",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-12:00",
    "2026-13-45T99:99:99Z",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "{00000000-0000-0000-0000-00000000000g}",
    "eyJpZCI6IngiLCJ0IjoieSJ9",
    "W1tbW1tbW1tb",
    "[" * 2_000,
    '{"__proto__":{"a":1}}',
    "x" * 100_000,
    "a@b@c",
    "a@" + "b" * 300 + ".example",
    " ",
    "",
)
NUMBERS: Final = (0, -1, 2**31, 2**63, 10**400, -(10**400), 1e308, 0.1)

texts: Final[SearchStrategy[str]] = st.sampled_from(TEXTS) | st.text(max_size=40)
# What headers can hold once a web server has let them through: one line of Latin-1.
header_texts: Final[SearchStrategy[str]] = texts.map(
    lambda text: (
        "".join(each for each in text if each not in "\r\n\0")[:4_000].encode("latin-1", "replace").decode("latin-1")
    )
)
json_values: Final[SearchStrategy[object]] = st.recursive(
    st.none() | st.booleans() | st.sampled_from(NUMBERS) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
bodies: Final[SearchStrategy[bytes]] = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b"1" * 10_000,
            b'{"a":1e9999}',
            b'"\\ud800"',
            b'{"a":NaN}',
            b'--x\r\nContent-Disposition: form-data; name="\xff"; filename="../../x"\r\n\r\nx\r\n--x--\r\n',
            b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n--x--',
            b"&" * 3_000,
            b"a=%ff&b=%00",
        ]
    ),
)
content_types: Final = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-7",
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=" + "x" * 300,
        "application/json",
        "application/json; charset=nonsense",
        "text/html",
        '"',
        "",
    ]
)
