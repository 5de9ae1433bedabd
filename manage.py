#!/usr/bin/env python3
"""Every command starts here: `python3 manage.py dev`, `python3 manage.py test`, and Django's own."""

import sys

# Before anything else, and in words that any Python 3 can parse.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "Activity needs Python 3.11 or newer, and %s is Python %d.%d: start it with a newer one."  # noqa: UP031
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )
if sys.platform == "win32":
    sys.exit("Activity runs on Linux and macOS; on Windows, run it inside WSL.")

if __name__ == "__main__":
    from activity_project import bootstrap

    bootstrap.enter_environment()

    from activity_project import command_line

    sys.exit(command_line.main(sys.argv))
