"""Real PostgreSQL and MySQL (or MariaDB) servers on loopback, of the programs that this machine has.

A database's programs are looked for on PATH, in Debian's folders, and where AUTOMATE_TEST_POSTGRES or
AUTOMATE_TEST_MYSQL say that its `bin` or `sbin` is; mariadbd also where tools/mariadb.py has unpacked it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.support.certificates import self_signed
from tests.support.patience import wait_until
from tools import mariadb

NO_POSTGRES = "there is no initdb and no postgres here: install a PostgreSQL server, or set AUTOMATE_TEST_POSTGRES"
NO_MYSQL = "there is no mariadbd here: python -m tools.mariadb unpacks Debian's, or set AUTOMATE_TEST_MYSQL"

NAME, USER, PASSWORD = "db.example", "shop", "long-enough-password-of-shop"


@dataclass(frozen=True)
class Database:
    """A server at `port` of 127.0.0.1, whose certificate is for NAME. `ca` is what it is checked by."""

    port: int
    ca: str
    process: subprocess.Popen[bytes]
    folder: Path

    def close(self) -> None:
        """End it at once, and leave nothing."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


def program(name: str, setting: str, *folders: str) -> str | None:
    """Where a program is; None for nowhere."""
    places = [os.environ.get(setting, ""), *folders, os.environ.get("PATH", "")]
    return shutil.which(name, path=os.pathsep.join(place for place in places if place))


def postgres_programs() -> tuple[str, str] | None:
    """initdb and postgres; None where there are none."""
    folders = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    found = [program(name, "AUTOMATE_TEST_POSTGRES", *folders) for name in ("initdb", "postgres")]
    return None if None in found else (str(found[0]), str(found[1]))


def mysql_program() -> str | None:
    """mariadbd; None where there is none."""
    return program("mariadbd", "AUTOMATE_TEST_MYSQL", str(mariadb.folder()), "/usr/sbin")


def postgres() -> Database:
    """A PostgreSQL server; USER owns it, and its database is called postgres."""
    initdb, server = postgres_programs() or ("", "")
    folder, owner = _folder()
    certificate, port = folder / "server.pem", free_port()
    subprocess.run(
        [initdb, "-D", folder / "data", "-U", USER, "-A", "scram-sha-256", f"--pwfile={folder / 'password'}", "-N",
         "-E", "UTF8", "--locale=C"], check=True, capture_output=True, user=owner,
    )
    settings = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off", "ssl": "on",
        "ssl_cert_file": certificate, "ssl_key_file": certificate, "autovacuum": "off", "shared_buffers": "8MB",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = subprocess.Popen(
        [server, "-D", folder / "data", *options], user=owner, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    database = _started(Database(port, certificate.read_text(), process, folder))
    wait_until(lambda: _answers(port), "PostgreSQL")
    return database


def _answers(port: int) -> bool:
    """Whether it has started: until then it listens and lets nobody in."""
    try:
        psycopg.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def mysql() -> Database:
    """A MariaDB server; USER may do everything in its database shop."""
    server = Path(mysql_program() or "")
    folder, owner = _folder()
    ours = [] if owner is None else ["--user=root"]  # what was unpacked may lie where nobody else reads
    certificate, port, begin = folder / "server.pem", free_port(), folder / "begin.sql"
    base = server.resolve().parents[1]
    shared = ["--no-defaults", *ours, f"--basedir={base}", f"--datadir={folder / 'data'}"]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(base / "lib" / f"{os.uname().machine}-linux-gnu")}
    subprocess.run(
        [base / "bin" / "mariadb-install-db", *shared, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True, capture_output=True, env=environment,
    )
    process = subprocess.Popen(
        [server, *shared, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}",
         f"--init-file={begin}", f"--ssl-cert={certificate}", f"--ssl-key={certificate}", "--skip-log-bin",
         "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=8M", "--skip-name-resolve"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )
    return _started(Database(port, certificate.read_text(), process, folder))


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _folder() -> tuple[Path, int | None]:
    """A new folder with the certificate and what the servers begin with, and whom it belongs to: PostgreSQL does not
    run as root. It is not one of pytest's, which are for their owner alone."""
    folder = Path(tempfile.mkdtemp(prefix="automate-db-"))
    self_signed(folder / "server.pem", NAME, "127.0.0.1").chmod(0o600)
    (folder / "password").write_text(PASSWORD)
    (folder / "begin.sql").write_text(
        f"CREATE DATABASE shop;\nCREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
        f"GRANT ALL ON shop.* TO '{USER}'@'%';\n"
    )
    if os.geteuid() != 0:
        return folder, None
    owner = pwd.getpwnam("nobody").pw_uid
    for path in (folder, *folder.iterdir()):
        os.chown(path, owner, -1)
    return folder, owner


def _started(database: Database) -> Database:
    def listens() -> bool:
        if database.process.poll() is not None:
            raise RuntimeError(f"the server ended with {database.process.returncode}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", database.port)) == 0

    wait_until(listens, "the database")
    return database
