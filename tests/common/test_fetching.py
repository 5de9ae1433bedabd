"""Addresses that a stranger names: fetched from where it is allowed, and never from where only we can go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.common.bounded_http import Bounds, BrokenOff, Deadline, TooMuch
from apps.common.fetching import NotAllowed, NotServed, Sources, fetch, is_public
from tests.images_api import ImagesApi, Reply
from tests.names import Names, certificate_for

PUBLIC = "93.184.215.14"
# What addresses are made of, and what takes readers of addresses in.
PARTS = "http https :// // : @ [ ] ::1 127.0.0.1 example.com / ? # % %00 \\ xn-- ß 。 . 0x7f 65536 -1 443 é"
PIECES = st.sampled_from([*PARTS.split(), "\t", "\n", " ", "\ud800"])
ALLOWED = Sources(hosts=("images.example.com", ".cdn.example.com"))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


@pytest.fixture
def server() -> Iterator[ImagesApi]:
    with ImagesApi().running() as running:
        running.files["/1.png"] = Reply(body=b"a picture")
        yield running


def fetched(address: str, sources: Sources = ALLOWED, *, max_bytes: int = 1_000) -> bytes:
    return fetch(address, sources=sources, bounds=Bounds(deadline=Deadline(20), max_bytes=max_bytes))


def test_an_origin_that_was_written_down_whole_may_be_private_and_plain(server: ImagesApi) -> None:
    server.files["/1.png?size=1"] = Reply(body=b"a small picture")
    assert fetched(f"{server.origin}/1.png?size=1", Sources(origins=(server.origin,))) == b"a small picture"


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example.com/1.png",
        "https://example.com/1.png",
        "https://images.example.com.evil.example/1.png",
        "https://evilcdn.example.com.evil/1.png",
        "https://notcdn.example.com/1.png",
        "https://images.example.com:8443/1.png",
        "https://me:secret@images.example.com/1.png",
        "http://images.example.com/1.png",
        "http://127.0.0.1/1.png",
        "https://2130706433/1.png",
        "https://[::1]/1.png",
        "file:///etc/passwd",
        "ftp://images.example.com/1.png",
        "//images.example.com/1.png",
        "images.example.com/1.png",
        "https://images.example.com\\@127.0.0.1/1.png",
        "https://",
        "https://\0",
        "",
    ],
)
def test_what_was_not_allowed_is_not_even_looked_up(names: Names, address: str) -> None:
    names.addresses = {"images.example.com": [PUBLIC]}
    with pytest.raises(NotAllowed):
        fetched(address)
    assert names.lookups == 0


@given(st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=8).map("".join)))
@example("HTTP://XN--")
def test_whatever_a_stranger_writes_is_refused_and_breaks_nothing(address: str) -> None:
    with pytest.raises(NotAllowed):
        fetched(address)


def test_another_port_of_a_named_origin_is_another_origin(server: ImagesApi) -> None:
    with ImagesApi().running() as neighbour, pytest.raises(NotAllowed):
        fetched(f"{neighbour.origin}/1.png", Sources(origins=(server.origin,)))
    assert neighbour.fetched == []


@pytest.mark.parametrize(
    "host", ["images.example.com", "IMAGES.example.com", "a.cdn.example.com", "a.b.cdn.example.com"]
)
@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.7"], ["::ffff:169.254.169.254"]])
def test_an_allowed_name_that_leads_inside_is_refused(names: Names, host: str, addresses: list[str]) -> None:
    names.addresses = {host.lower(): addresses}
    with pytest.raises(NotAllowed, match="public"):
        fetched(f"https://{host}/1.png")


def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_looked_at(
    names: Names, server: ImagesApi
) -> None:
    names.addresses = {"images.test": ["127.0.0.1"]}
    origin = f"http://images.test:{server.port}"
    assert fetched(f"{origin}/1.png", Sources(origins=(origin,))) == b"a picture"
    assert names.lookups == 1


def test_the_next_address_is_tried_where_one_does_not_answer(names: Names, server: ImagesApi) -> None:
    names.addresses = {"images.test": ["::1", "127.0.0.1"]}
    origin = f"http://images.test:{server.port}"
    assert fetched(f"{origin}/1.png", Sources(origins=(origin,))) == b"a picture"


def test_a_certificate_must_be_that_of_the_name(
    names: Names, server: ImagesApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.speak_tls(certificate_for("images.test", tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    names.addresses = {"images.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    sources = Sources(origins=(f"https://images.test:{server.port}", f"https://other.test:{server.port}"))
    assert fetched(f"https://images.test:{server.port}/1.png", sources) == b"a picture"
    with pytest.raises(BrokenOff, match="Hostname mismatch"):
        fetched(f"https://other.test:{server.port}/1.png", sources)


def test_a_certificate_that_nobody_vouches_for_is_refused(names: Names, server: ImagesApi, tmp_path: Path) -> None:
    server.speak_tls(certificate_for("images.test", tmp_path))
    names.addresses = {"images.test": ["127.0.0.1"]}
    origin = f"https://images.test:{server.port}"
    with pytest.raises(BrokenOff, match="self-signed"):
        fetched(f"{origin}/1.png", Sources(origins=(origin,)))


@pytest.mark.parametrize("status", [206, 301, 302, 307, 404, 500])
def test_only_the_thing_itself_is_taken(server: ImagesApi, status: int) -> None:
    server.files["/1.png"] = Reply(status=status, headers={"Location": f"{server.origin}/2.png"})
    with pytest.raises(NotServed) as caught:
        fetched(f"{server.origin}/1.png", Sources(origins=(server.origin,)))
    assert (caught.value.status, server.fetched) == (status, ["/1.png"])


@pytest.mark.parametrize("claims", [None, 2_000])
def test_more_than_allowed_is_not_read(server: ImagesApi, claims: int | None) -> None:
    server.files["/1.png"] = Reply(body=b" " * 1_001, claims=claims)
    with pytest.raises(TooMuch):
        fetched(f"{server.origin}/1.png", Sources(origins=(server.origin,)))


def test_a_name_that_nobody_knows_is_a_broken_connection() -> None:
    with pytest.raises(BrokenOff):
        fetched("https://images.invalid/1.png", Sources(hosts=("images.invalid",)))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        (PUBLIC, True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::5db8:d70e", True),
        ("0.0.0.0", False),  # noqa: S104
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:db8::1", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public
