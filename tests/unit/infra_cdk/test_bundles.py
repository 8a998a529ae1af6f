"""What the functions run: imported as it is bundled, small enough, compiled, for Lambda's processor; old ones go."""

import ast
import os
import struct
import subprocess
import sys
import time

import pytest

from benchmarks import cold_start
from engine.errors import InvalidDocument
from functions.app import release
from functions.tunables import Tunables
from infra_cdk import bundling
from infra_cdk.bundling import (
    BUNDLES,
    FILES,
    IN_USE_SECONDS,
    KEPT,
    NOT_FOR_LISTENERS,
    NOT_FOR_SWEEPERS,
    NOT_FOR_WORKERS,
    ROOT,
    Bundles,
)

HERE = Tunables(python=f"{sys.version_info.major}.{sys.version_info.minor}")
AUTHORS = ("connectors.known", "connectors.files", "connectors.declared.reading", "connectors.declared.schema",
           "connectors.declared.writing", "connectors.mcp.importing", "connectors.openapi", "connectors.testing")
"""Modules of connectors for authors and for one machine: nothing that a worker has imports them."""

MOST_BYTES = 8_000_000
AARCH64 = 183  # EM_AARCH64 of the ELF header


def libraries():
    """Where this environment's packages are, and nothing of the project."""
    return [place for place in sys.path if "site-packages" in place or "lib/python" in place]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    return Bundles(HERE, tmp_path_factory.mktemp("bundles"))


@pytest.mark.parametrize("package", ["worker", "sweeper", "deadletter", "sealer", "connector", "listener", "rotation"])
def test_what_is_left_out_of_a_bundle_is_not_imported(tmp_path, bundles, package):
    """With its parts made and the module of every state, connector and store that it may need."""
    without = {"sweeper": NOT_FOR_SWEEPERS, "listener": NOT_FOR_LISTENERS}.get(package, NOT_FOR_WORKERS)
    code = bundles.code(f"functions/{package}", without=without)
    program = f"""
import pkgutil, sys
sys.path[:0] = [{str(code)!r}]
sys.path += {libraries()!r}
import functions.{package}.app
for package in ("functions", "connectors", "engine"):
    found = __import__(package)
    for module in pkgutil.walk_packages(found.__path__, package + "."):
        __import__(module.name)
    assert found.__file__.startswith({str(code)!r})
print("imported")
"""
    command = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={})
    assert (done.stdout, done.stderr) == ("imported\n", "")


def test_the_api_names_the_release_and_the_commit_that_it_was_bundled_from(bundles, monkeypatch):
    """Each commit is a bundle of its own; those of the workers, who tell nobody, stay as they are."""
    def bundled(commit, package, **options):
        monkeypatch.setattr(bundling, "of_folder", lambda _: release.Release("1.2.3", commit))
        return bundles.code(f"functions/{package}", **options)

    assert release.of_folder(bundled("a" * 40, "api")) == release.Release("1.2.3", "a" * 40)
    assert release.of_folder(bundled("b" * 40, "api")) == release.Release("1.2.3", "b" * 40)
    worker = bundled("a" * 40, "worker", without=NOT_FOR_WORKERS)
    assert worker == bundled("b" * 40, "worker", without=NOT_FOR_WORKERS)
    assert not (worker / release.FILE).exists()


def modules():
    """Every module of the project by its name."""
    found = {}
    for top in ("engine", "connectors", "functions", "automate_connectors"):
        for path in (ROOT / top).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path):
    """The names that a module imports anywhere in it, also within a function; those for types alone are never run."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        part for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("begins", "without"), [
    (("functions.worker", "functions.deadletter", "functions.connector", "connectors"), NOT_FOR_WORKERS),
    (("functions.sweeper",), NOT_FOR_SWEEPERS), (("functions.listener",), NOT_FOR_LISTENERS),
])
def test_what_is_left_out_is_imported_not_even_late(begins, without):
    """An import within a function would fail in the middle of somebody's execution."""
    found = modules()
    wanted = [name for name in found if name.startswith(begins)]
    wanted = [name for name in wanted if not name.startswith(AUTHORS)]
    reached = set()
    while wanted:
        name = wanted.pop()
        if name in found and name not in reached:
            reached.add(name)
            wanted += [name.rpartition(".")[0], *imported(found[name])]
    left_out = [ROOT / name for name in without]
    assert all(place.exists() for place in left_out)
    assert [name for name in reached if any(found[name].is_relative_to(place) for place in left_out)] == []


def test_the_workers_start_imports_little_and_compiles_nothing(bundles):
    code = bundles.code("functions/worker", without=NOT_FOR_WORKERS)
    started = cold_start.start([code], libraries())
    assert started["ours"] > 100
    assert [name for name in cold_start.NEVER if name in started["imported"]] == []
    assert started["uncompiled"] == []


def test_what_passes_a_limit_is_said():
    well = {"cpu_ms": 199.9, "imported": ["engine"], "uncompiled": []}
    ill = {"cpu_ms": 200.0, "imported": ["pydantic"], "uncompiled": ["engine.clock"]}
    assert cold_start.problems(7_999_999, [well, well, ill]) == []
    assert cold_start.problems(8_000_000, [ill, well, ill]) == [
        "the bundle has 8.0 MB zipped, at most 8", "the import takes 200 ms of CPU, at most 200",
        "pydantic is imported", "engine.clock has no .pyc",
    ]


@pytest.mark.full
class TestDeployed:
    """The bundle that is deployed: arm64, Python 3.13."""

    def test_it_is_small(self):
        code, layer = cold_start.worker_bundle(Tunables(), BUNDLES)
        assert cold_start.zipped_bytes(code) + cold_start.zipped_bytes(layer) < MOST_BYTES

    def test_every_module_is_compiled(self):
        if HERE.python != Tunables().python:
            pytest.skip(f"it takes a Python {Tunables().python} to compile for it")
        modules = [path for folder in cold_start.worker_bundle(Tunables(), BUNDLES) for path in folder.rglob("*.py")]
        assert len(modules) > 400
        tag = f"cpython-{HERE.python.replace('.', '')}"
        compiled = [path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc" for path in modules]
        assert [path for path in compiled if not path.is_file()] == []

    def test_what_is_native_is_for_its_processor_and_its_python(self):
        _, layer = cold_start.worker_bundle(Tunables(), BUNDLES)
        native = list(layer.rglob("*.so"))
        assert len(native) >= 4
        assert {struct.unpack_from("<H", path.read_bytes(), 18)[0] for path in native} == {AARCH64}
        assert {path.name.partition(".")[2] for path in native} <= {"cpython-313-aarch64-linux-gnu.so", "abi3.so"}


class TestPruning:
    @pytest.fixture
    def bundle(self, tmp_path):
        """`bundle(name, hours=…)` is a folder that was used so long ago."""
        def make(name, hours):
            folder = tmp_path / name
            folder.mkdir()
            (folder / "module.py").write_text("")
            at = time.time() - hours * 3600  # noqa: TID251  a file's own time
            os.utime(folder, (at, at))
            return folder

        return make

    def test_the_used_ones_and_the_newest_stay(self, tmp_path, bundle):
        code = [bundle(f"code-{number:020x}", hours=2 + number) for number in range(KEPT + 3)]
        layers = [bundle(f"api-layer-{number:020x}", hours=2 + number) for number in range(KEPT)]
        bundles = Bundles(HERE, tmp_path)
        bundles.used.add(code[-1])  # the oldest of all
        assert sorted(bundles.prune()) == code[KEPT:-1]
        assert set(tmp_path.iterdir()) == {*code[:KEPT], code[-1], *layers}
        assert bundles.prune() == []

    def test_what_was_used_just_now_may_be_another_deployments(self, tmp_path, bundle):
        lately = IN_USE_SECONDS / 3600 - 0.1
        for number in range(KEPT + 3):
            bundle(f"code-{number:020x}", hours=lately)
        bundle(f"code-{99:020x}.part", hours=lately)
        assert Bundles(HERE, tmp_path).prune() == []

    def test_what_an_interrupted_run_left_goes_and_what_is_not_ours_stays(self, tmp_path, bundle):
        part = bundle(f"layer-{1:020x}.ab_c1.part", hours=2)
        other = bundle("my-notes", hours=9999)
        assert Bundles(HERE, tmp_path).prune() == [part]
        assert list(tmp_path.iterdir()) == [other]

    def test_there_need_be_none(self, tmp_path):
        assert Bundles(HERE, tmp_path / "none").prune() == []

    def test_a_bundle_that_is_used_again_is_new_again(self, bundles):
        folder = bundles.code("functions/deadletter", without=NOT_FOR_WORKERS)
        os.utime(folder, (1, 1))
        again = Bundles(HERE, folder.parent)
        assert again.code("functions/deadletter", without=NOT_FOR_WORKERS) == folder
        assert folder.stat().st_mtime > 1
        assert again.used == {folder}

    def test_of_two_deployments_that_make_the_same_bundle_both_have_it(self, tmp_path):
        bundles, rival = Bundles(HERE, tmp_path), []

        def fill(into):
            (into / "module.py").write_text("made = True")
            if not rival:  # meanwhile another one makes it whole
                rival.append(None)
                rival[0] = Bundles(HERE, tmp_path)._made("code", [b"same"], fill)

        made = bundles._made("code", [b"same"], fill)
        assert made == rival[0]
        assert [path.name for path in tmp_path.iterdir()] == [made.name]
        assert (made / "module.py").read_text() == "made = True"


FILE = """\
connector: 1
code: crm
name: CRM
base_url: https://api.example.com
actions:
  list: {method: GET, path: /things}
"""


def test_connector_files_are_bundled_compiled(tmp_path, bundles, monkeypatch):
    """Of a folder, of a package that an entry point leads to, and of the product: a worker's bundle reads all of them
    without PyYAML."""
    monkeypatch.setattr(bundling, "ROOT", tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "crm.yaml").write_text(FILE)
    (tmp_path / "connectors-requirements.txt").write_text("acme")

    def pip(self, into, arguments):
        package = into / "python" / "acme"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "erp.yaml").write_text(FILE.replace("crm", "erp"))
        info = into / "python" / "acme-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Name: acme\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[automate.connectors]\nerp = acme:erp.yaml\n")

    monkeypatch.setattr(Bundles, "_pip", pip)
    tunables = Tunables(python=HERE.python, connector_files="files")
    layer = Bundles(tunables, tmp_path / "cache").connectors()
    monkeypatch.undo()
    code = bundles.code("functions/worker", without=NOT_FOR_WORKERS)
    program = f"""
import sys
sys.path[:0] = [{str(code)!r}, {str(layer / "python")!r}]
sys.path += {libraries()!r}
sys.modules["yaml"] = None
from connectors.registry import default_registry, load_files
load_files([{str(layer / FILES)!r}])
print(*(len(default_registry.get(code).actions) for code in ("crm", "erp", "slack", "email")))
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1 1 3 1\n", "")


def test_a_connector_file_at_fault_stops_the_bundling(tmp_path, monkeypatch):
    monkeypatch.setattr(bundling, "ROOT", tmp_path)
    with pytest.raises(InvalidDocument, match="files is not there"):
        Bundles(Tunables(connector_files="files"), tmp_path / "cache").connectors()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "crm.yaml").write_text(FILE.replace("GET", "get"))
    with pytest.raises(InvalidDocument, match=r"crm\.yaml:6:10"):
        Bundles(Tunables(connector_files="files"), tmp_path / "cache").connectors()
