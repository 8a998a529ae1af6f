"""Unpacking MariaDB for the tests, with an apt-get and a dpkg of a few lines."""

from __future__ import annotations

import os

import pytest

from tools import mariadb

APT = """#!/bin/sh
case "$*" in
  *install*) echo "Reading package lists..."; echo "Inst liburing2 (2.9-1 Debian:13 [amd64])"
             echo "Inst mariadb-server-core (1:11 Debian:13 [amd64])"; echo "Conf liburing2 (2.9-1)";;
  *download*) shift 2; for name in "$@"; do echo "$name" > "$name.deb"; done;;
esac
"""
DPKG = """#!/bin/sh
mkdir -p "$3/usr/sbin"; cat "$2" >> "$3/usr/sbin/got"
printf '#!/bin/sh\n' > "$3/usr/sbin/mariadbd"; chmod +x "$3/usr/sbin/mariadbd"
"""


@pytest.fixture
def system(tmp_path, monkeypatch):
    """`system(name=text, …)`: PATH has these programs, and those of a shell; there is no mariadbd."""
    monkeypatch.setenv("AUTOMATE_BENCH_DIR", str(tmp_path / "bench"))
    found = mariadb.shutil.which
    monkeypatch.setattr(mariadb.shutil, "which", lambda name, path=None: found(
        name, path=str(tmp_path / "bin") if path is None else path.replace(":/usr/sbin", "")
    ))
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def programs(**texts):
        for name, text in texts.items():
            path = tmp_path / "bin" / name.replace("_", "-")
            path.write_text(text)
            path.chmod(0o755)

    return programs


def test_what_is_missing_is_fetched_and_unpacked_once(system):
    system(apt_get=APT, dpkg=DPKG)
    assert mariadb.unpack() == str(mariadb.folder() / "mariadbd")
    got = (mariadb.folder() / "got").read_text().split()
    assert sorted(got) == ["liburing2", "mariadb-client-core", "mariadb-server-core"]
    assert [path.name for path in mariadb.folder().parents[2].iterdir()] == ["mariadb"]
    system(apt_get="#!/bin/sh\nexit 9\n")
    assert mariadb.unpack() == str(mariadb.folder() / "mariadbd")


def test_a_system_without_apt_get_is_told_so(system, capsys):
    mariadb.main()
    assert capsys.readouterr().out == (
        "No MariaDB for the tests of the connector mysql, which are skipped: this system has no apt-get\n"
    )


def test_what_apt_get_says_is_handed_on_and_nothing_stays(system):
    system(apt_get="#!/bin/sh\necho 'E: Unable to locate package mariadb-server-core' >&2\nexit 100\n", dpkg=DPKG)
    with pytest.raises(mariadb.NotToBeHad, match="apt-get said: E: Unable to locate package"):
        mariadb.unpack()
    assert not list(mariadb.folder().parents[2].iterdir())
