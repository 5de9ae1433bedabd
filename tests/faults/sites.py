"""docker-compose.yml's web servers and proxy without containers, on the tests' PostgreSQL and Valkey."""

import http.client
import os
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests import running
from tests.composition import ROOT, Composition, Running
from tests.faults.patience import eventually

WEB = ("web-a", "web-b")
PATIENCE_S = 60
# Of the containers, by the names that the folders have here.
FOLDERS = {"/run/web": "web", "/run/tls": "tls", "/etc/activity": "conf", "/var/cache/nginx": "cache", "/data": "data"}


class Site:
    """Two web servers and the proxy before them, in a folder whose path is short enough for sockets."""

    def __init__(self, folder: Path, static: Path) -> None:
        self._folder, self._stack = folder, ExitStack()
        self._port, self._plain_port = running.free_port(), running.free_port()
        self._servers: dict[str, Running] = {}
        places = {inside: folder / name for inside, name in FOLDERS.items()}
        for place in places.values():
            place.mkdir()
        self._composition = Composition(places | {"/app/staticfiles": static}, *_told())
        self._trust = write_certificate(places["/run/tls"])
        (places["/etc/activity"] / "nginx.conf").write_text(self._configuration())

    def start(self) -> None:
        """All of it, as far as it can be asked for pages."""
        for service in WEB:
            self._start(service)
        for service in WEB:
            eventually(lambda service=service: self._composition.is_healthy(service))  # type: ignore[misc]
        self._start("proxy")
        eventually(self._is_open)

    def replace(self, service: str) -> int:
        """Asks a server to end and has another one in its place; gives the exit status of the first."""
        status = self._servers[service].stop()
        self._start(service)
        eventually(lambda: self._composition.is_healthy(service))
        return status

    def kill(self, service: str) -> None:
        """Outright, with all that it has begun."""
        self._servers[service].kill()

    def browser(self) -> http.client.HTTPSConnection:
        """One that trusts the proxy's certificate, and nothing else."""
        context = ssl.create_default_context(cafile=str(self._trust))
        return http.client.HTTPSConnection("localhost", self._port, timeout=PATIENCE_S, context=context)

    def close(self) -> None:
        """Nothing of it goes on."""
        self._stack.close()

    def _start(self, service: str) -> None:
        log = self._folder / f"{service}.log"
        self._servers[service] = self._stack.enter_context(self._composition.running(service, log))

    def _is_open(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self._port)) == 0

    def _configuration(self) -> str:
        """The proxy's own file on ports of this test's. Started by root, it stays so to find its way to the sockets."""
        text = self._composition.placed((ROOT / "activity_project/proxy/nginx.conf").read_text())
        for inside, port in {"8080": self._plain_port, "8443": self._port}.items():
            text = text.replace(f"listen {inside}", f"listen 127.0.0.1:{port}")
        text = text.replace("pid /tmp", f"pid {self._folder}")
        return f"user root;\n{text}" if os.geteuid() == 0 else text


def _told() -> tuple[dict[str, str], dict[str, str]]:
    """What .env would say, and where the servers are that run already."""
    here = running.environment()
    given = {"SECRET_KEY": here["SECRET_KEY"], "ALLOWED_HOSTS": "localhost", "WEB_PROCESSES": "1"}
    return given, {name: here[name] for name in ("DATABASE_URL", "REDIS_URL")}


def collect_static_files(folder: Path) -> None:
    """As they are in the image."""
    told = running.environment(STATIC_ROOT=str(folder), DEBUG="")
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=told, check=True, timeout=PATIENCE_S)


def write_certificate(folder: Path) -> Path:
    """A certificate for localhost that vouches for itself, with its key beside it; gives its path."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    signed = made.serial_number(x509.random_serial_number()).sign(key, hashes.SHA256())
    (folder / "privkey.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    return folder / "fullchain.pem"
