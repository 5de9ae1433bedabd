"""The private PostgreSQL and Valkey in `.data/`: where they are, for settings and everybody else.

Both listen on nothing but a socket in a folder under the temporary directory that only the user
who started them can enter; inside that folder nobody is asked for a password. Which folder
follows from the user and the data folder alone, so that every process finds the same one.
Standard library only, and nothing here touches a file.
"""

from __future__ import annotations

import os
import tempfile
from hashlib import blake2s
from pathlib import Path
from urllib.parse import quote

PROJECT = Path(__file__).resolve().parent.parent.parent
DATABASE = "activity"
POSTGRESQL_PORT = 5432  # names the socket file; no port is opened


def data_dir() -> Path:
    """Where the servers' data is: `ACTIVITY_DATA_DIR`, else `.data` in the project."""
    return Path(os.environ.get("ACTIVITY_DATA_DIR") or PROJECT / ".data").resolve()


def sockets_folder(data_dir: Path) -> Path:
    """The private folder with the sockets of the servers whose data is in `data_dir`.

    /tmp wherever it can be used, whatever TMPDIR says: two terminals may disagree on that, and
    the path of a socket must stay under 104 bytes.
    """
    key = blake2s(os.fsencode(data_dir.resolve()), digest_size=4).hexdigest()
    return temporary_root() / f"activity-{os.getuid()}-{key}"


def temporary_root() -> Path:
    """The folder that the private folders are made in."""
    return Path("/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir())


def postgresql_socket(data_dir: Path) -> Path:
    """The socket file of the embedded PostgreSQL."""
    return sockets_folder(data_dir) / f".s.PGSQL.{POSTGRESQL_PORT}"


def valkey_socket(data_dir: Path) -> Path:
    """The socket file of the embedded Valkey."""
    return sockets_folder(data_dir) / "valkey.sock"


def database_url(data_dir: Path) -> str:
    """The URL of the embedded database, as `DATABASE_URL` would give it."""
    return f"postgresql://{DATABASE}@/{DATABASE}?host={quote(str(sockets_folder(data_dir)))}"


def broker_url(data_dir: Path) -> str:
    """The URL of the embedded broker, in the form of Redis clients (`unix://…`)."""
    return f"unix://{quote(str(valkey_socket(data_dir)))}"
