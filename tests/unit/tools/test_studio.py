"""tools/studio.py: when it builds and installs again, what it says when that fails."""

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests.support import patience
from tools import studio
from tools.node import Failed, Node, find_node

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in for Node is a shell script")


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "studio"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("export {};")
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    return folder


@pytest.fixture
def npm(tmp_path):
    """A Node whose npm makes node_modules and writes down what it was told."""
    log = tmp_path / "npm.log"
    npm = program(tmp_path / "bin" / "npm", f'echo "$@" >> {log}; mkdir -p node_modules')
    return Node(("node",), (str(npm),), "Node 20.19"), log


class TestDigest:
    def test_a_changed_source_is_another_build(self, sources):
        before = studio.digest(sources)
        (sources / "src" / "main.ts").write_text("export const a = 1;")
        assert studio.digest(sources) != before

    def test_a_renamed_source_is_another_build(self, sources):
        before = studio.digest(sources)
        (sources / "src" / "main.ts").rename(sources / "src" / "other.ts")
        assert studio.digest(sources) != before

    def test_tests_are_no_part_of_it(self, sources):
        before = studio.digest(sources)
        (sources / "src" / "main.test.ts").write_text("")
        assert studio.digest(sources) == before

    def test_a_build_of_these_sources_is_current_until_one_changes(self, sources):
        assert not studio.is_current(sources)
        (sources / "dist").mkdir()
        (sources / "dist" / studio.STAMP).write_text(studio.digest(sources))
        assert studio.is_current(sources)
        (sources / "src" / "main.ts").write_text("")
        assert not studio.is_current(sources)


class TestInstall:
    def test_once_for_the_same_packages(self, sources, npm):
        node, log = npm
        studio.install(node, everything=False, studio=sources)
        studio.install(node, everything=False, studio=sources)
        assert log.read_text().splitlines() == ["ci --omit=dev --no-audit --no-fund --no-progress --loglevel=error"]

    def test_again_when_the_lock_file_changed(self, sources, npm):
        node, log = npm
        studio.install(node, everything=False, studio=sources)
        (sources / "package-lock.json").write_text('{"changed": true}')
        studio.install(node, everything=False, studio=sources)
        assert len(log.read_text().splitlines()) == 2

    def test_the_checkers_are_added_and_never_taken_away(self, sources, npm):
        node, log = npm
        studio.install(node, everything=False, studio=sources)
        studio.install(node, everything=True, studio=sources)
        (sources / "node_modules" / "vitest").mkdir()
        (sources / "package-lock.json").write_text('{"changed": true}')
        studio.install(node, everything=False, studio=sources)
        assert [("--omit=dev" in line) for line in log.read_text().splitlines()] == [True, False, False]

    def test_one_that_failed_is_not_trusted(self, sources, npm, tmp_path):
        node, log = npm
        broken = program(tmp_path / "bin" / "broken", "mkdir -p node_modules; echo no such package; exit 1")
        with pytest.raises(Failed, match="no such package"):
            studio.install(Node(("node",), (str(broken),), ""), everything=False, studio=sources)
        studio.install(node, everything=False, studio=sources)
        assert log.exists()


class TestBuild:
    @pytest.fixture
    def vite(self, sources, npm, monkeypatch, tmp_path):
        """Builds with a Node that stands for Vite: it writes index.html where it was told to."""
        node = program(tmp_path / "bin" / "node", 'mkdir -p "$4"; echo built > "$4/index.html"')
        monkeypatch.setattr(studio, "get_node", lambda **_: Node((str(node),), npm[0].npm, "Node"))
        return node

    def test_takes_the_place_of_the_old_one_and_is_then_current(self, sources, vite):
        (sources / "dist").mkdir()
        (sources / "dist" / "gone.js").write_text("")
        studio.build(studio=sources)
        assert (sources / "dist" / "index.html").read_text() == "built\n"
        assert not (sources / "dist" / "gone.js").exists()
        assert studio.is_current(sources)
        assert not list(sources.glob("dist.*"))

    def test_two_at_once_build_once(self, sources, vite, tmp_path):
        built = tmp_path / "built"
        program(vite, f'echo once >> {built}; sleep 0.3; mkdir -p "$4"; echo built > "$4/index.html"')
        threads = [threading.Thread(target=studio.build, kwargs={"studio": sources}) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert built.read_text() == "once\n"

    def test_a_failed_one_leaves_the_old_one_in_place(self, sources, vite):
        (sources / "dist").mkdir()
        (sources / "dist" / "index.html").write_text("old")
        program(vite, "echo a mistake on line 3; exit 1")
        with pytest.raises(Failed, match="a mistake on line 3"):
            studio.build(studio=sources)
        assert (sources / "dist" / "index.html").read_text() == "old"
        assert not studio.is_current(sources)


class TestSays:
    def test_make_run_goes_on_without_the_studio(self, monkeypatch, capsys):
        def fail(**_):
            raise Failed("no Node here")

        monkeypatch.setattr(studio, "build", fail)
        monkeypatch.setattr(studio, "is_current", lambda: False)
        assert studio.main(["build", "--optional"]) == 0
        assert studio.main(["build"]) == 1
        assert "no Node here\nThe product runs without its Studio" in capsys.readouterr().err


class TestAnInstallationThatHangs:
    """The registry takes the connection and says nothing more: `make run` waited for ever."""

    @pytest.fixture
    def hanging(self, sources, monkeypatch, tmp_path):
        """npm and what it started sleep; the file that they write their process ids into."""
        pids = tmp_path / "pids"
        npm = program(tmp_path / "bin" / "npm", f"sleep 600 & echo $! >> {pids}; echo $$ >> {pids}; wait")
        monkeypatch.setattr(studio, "get_node", lambda **_: Node(("node",), (str(npm),), "Node 20.19"))
        monkeypatch.setattr(studio, "STUDIO", sources)
        return pids

    def test_make_run_goes_on_without_the_studio_and_says_so(self, hanging, monkeypatch, capsys):
        monkeypatch.setenv("INSTALL_SECONDS", "2")
        assert studio.main(["build", "--optional"]) == 0
        said = capsys.readouterr().err
        assert "Installing the Studio's packages took longer than 2 s and was stopped" in said
        assert "INSTALL_SECONDS=" in said
        assert "The product runs without its Studio; make studio tries again." in said
        for pid in hanging.read_text().split() if hanging.exists() else ():  # a busy machine had not begun
            patience.wait_until(lambda pid=pid: not is_running(int(pid)))  # what npm started is ended too

    def test_make_studio_fails(self, hanging, monkeypatch):
        monkeypatch.setenv("INSTALL_SECONDS", "2")
        assert studio.main(["build"]) == 1

    def test_a_build_that_waits_for_another_gives_up_too(self, hanging, monkeypatch, capsys):
        monkeypatch.setenv("INSTALL_SECONDS", "0.1")
        with studio._alone(studio.STUDIO, 1.0):
            assert studio.main(["build", "--optional"]) == 0
        assert "still builds the Studio" in capsys.readouterr().err
        assert not hanging.exists()

    @pytest.mark.parametrize("given", ["soon", "0", "-1", "nan", "inf", "9" * 5000])
    def test_a_limit_that_is_no_number_of_seconds_is_refused(self, hanging, monkeypatch, given):
        monkeypatch.setenv("INSTALL_SECONDS", given)
        with pytest.raises(SystemExit, match="INSTALL_SECONDS"):
            studio.main(["build", "--optional"])


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_lock_file_names_no_registry():
    """Whoever installs may have a registry of their own."""
    lock = json.loads((studio.STUDIO / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


BIOME = studio.STUDIO / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"


@pytest.mark.skipif(not BIOME.is_file(), reason="the Studio's checkers are not installed (make studio-check does it)")
def test_modules_that_import_each_other_in_a_circle_are_refused(tmp_path):
    """For types only, too."""
    (tmp_path / "biome.json").write_text((studio.STUDIO / "biome.json").read_text())
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "one.ts").write_text(
        'import type { Two } from "./two";\n\nexport interface One {\n  two: Two | null;\n}\n'
    )
    (tmp_path / "src" / "two.ts").write_text(
        'import type { One } from "./one";\n\nexport interface Two {\n  one: One | null;\n}\n'
    )
    node = find_node()
    done = subprocess.run(
        [*node.node, str(BIOME), "check", "--error-on-warnings", "."], cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=300, env=node.environment(),
    )
    assert done.returncode == 1
    assert "noImportCycles" in done.stderr + done.stdout
