"""As whom the embedded PostgreSQL runs, and the folders that it must be able to use.

PostgreSQL refuses to run as root. Where root starts it, it runs as the owner of its data, at
first `nobody`. Nothing of root's is opened up for that: the data folder is entered before root's
rights are dropped, and programs below a closed folder are copied to where they can be read.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import sys
from pathlib import Path

from activity_project.failures import CannotStart
from activity_project.processes import Account

# Room for the longest name in the sockets folder; macOS allows 104 bytes in all, Linux 108.
LONGEST_SOCKET_PATH = 103


def account_for(cluster: Path) -> Account | None:
    """Who runs PostgreSQL on this data folder; None when we do ourselves."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and cluster.stat().st_uid != 0:
        return Account(cluster.stat().st_uid, cluster.stat().st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def path_from_inside(folder: Path, account: Account | None) -> str:
    """How a program that starts in `folder` names it, also where it may not enter the folders above."""
    return "/proc/self/cwd" if account and sys.platform == "linux" else str(folder)


def make_folder(folder: Path, account: Account | None) -> None:
    """Make an empty folder for the server's account alone, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    give(folder, account)


def make_private(folder: Path, account: Account | None) -> None:
    """Make the sockets folder, or check that the one that is there is ours and closed to others.

    Its name can be known beforehand, and anybody may write in the temporary directory.
    """
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET_PATH:
        raise CannotStart(
            f"The temporary folder's path is too long for a socket: {folder}. Set TMPDIR to a shorter one."
        )
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        ours = found.st_uid in (os.geteuid(), account.user if account else os.geteuid())
        if not stat.S_ISDIR(found.st_mode) or not ours or found.st_mode & 0o077:
            raise CannotStart(
                f"{folder} belongs to somebody else, or is open to others: remove it and start again."
            ) from None
    give(folder, account)


def give(folder: Path, account: Account | None) -> None:
    """Make the account the folder's owner."""
    if account:
        os.chown(folder, account.user, account.group)


def is_open_to(account: Account, program: Path) -> bool:
    """Whether the account may run a program: it and each folder above it are open to everybody."""

    def others(path: Path) -> int:
        found = path.stat()
        return found.st_mode >> 6 if found.st_uid == account.user else found.st_mode

    return others(program) & 0o5 == 0o5 and all(others(folder) & 0o1 for folder in program.parents)
