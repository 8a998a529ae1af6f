"""A real MariaDB for the tests of the connector mysql: ``python -m tools.mariadb`` unpacks Debian's packages, and
installs none.

    apt-get -s install ──► what is missing here ──apt-get download──► *.deb ──dpkg -x──► $AUTOMATE_BENCH_DIR/mariadb/usr

Where mariadbd is installed there is nothing to do, and where there is no apt-get, or no network, nothing is done: the
tests that need it are skipped, and say so. It changes nothing of the system and needs no rights.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.environments import bench_folder

PACKAGES = ("mariadb-server-core", "mariadb-client-core")
"""The server, and what its mariadb-install-db runs (my_print_defaults)."""

SECONDS = 120
"""For one command: a mirror that does not answer holds no test run."""

_MISSING = re.compile(r"^Inst (\S+) ", re.MULTILINE)


class NotToBeHad(Exception):
    """Why there is none."""


def folder() -> Path:
    """Where mariadbd is, once it is unpacked."""
    return bench_folder() / "mariadb" / "usr" / "sbin"


def unpack() -> str:
    """Unpack it where it is missing, and say where it is. Raises NotToBeHad."""
    found = shutil.which("mariadbd", path=f"{folder()}:/usr/sbin") or shutil.which("mariadbd")
    if found is not None:
        return found
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise NotToBeHad("this system has no apt-get")
    root = folder().parents[1]
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="mariadb-") as made:
        there = Path(made)
        missing = _MISSING.findall(_run(["apt-get", "-s", "--no-install-recommends", "install", *PACKAGES], there))
        _run(["apt-get", "-q", "download", *sorted({*PACKAGES, *missing})], there)
        for package in there.glob("*.deb"):
            _run(["dpkg", "-x", str(package), str(there / "root")], there)
        shutil.rmtree(root, ignore_errors=True)
        (there / "root").rename(root)
    return str(folder() / "mariadbd")


def _run(command: list[str], there: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=there, capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise NotToBeHad(f"{command[0]} was not done after {SECONDS} s") from None
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise NotToBeHad(f"{command[0]} said: {words[-1]}")
    return done.stdout


def main() -> None:
    """Say in a line where it is, or why it is not."""
    try:
        sys.stdout.write(f"MariaDB for the tests: {unpack()}\n")
    except NotToBeHad as why:
        sys.stdout.write(f"No MariaDB for the tests of the connector mysql, which are skipped: {why}\n")


if __name__ == "__main__":
    main()
