"""What the functions run, put together without Docker: one layer of dependencies, one folder of our code each.

    lambda-requirements.lock ──pip (wheels for Lambda's platform, hashes checked)──► layer/python/…
    engine, connectors, functions/<one> … ──copy──► code/…          both: compiled to .pyc, cached by content hash

Compiled ahead because Lambda's file system is read-only: without .pyc every cold start compiles 300 modules again
(487 ms of CPU against 199). boto3 and botocore are not in the layer: Lambda's runtime brings them.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from connectors.declared import ENDINGS, reading
from connectors.declared.loading import COMPILED
from connectors.registry import GROUP
from engine.clock import SystemClock
from engine.errors import InvalidDocument, UserError
from functions.app.release import FILE, of_folder
from functions.tunables import Tunables

_LOG = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent
BUNDLES = ROOT / ".cdk-bundles"
LOCK = Path(__file__).with_name("lambda-requirements.lock")
API_ONLY = ("chalice", "pyyaml", "tzdata")
"""Locked packages that the API function alone imports: a layer of their own, that no worker's cold start carries."""

ZONES = ("tzdata",)
"""What of them the sweeper has too, which starts schedules: Lambda's system need not have time zones."""

FILES = "connector-files"
"""The folder of the connectors' layer, below /opt, that has the compiled connector files."""

_PLATFORMS = {"arm64": "aarch64", "x86_64": "x86_64"}
_UNUSED = (
    "bin", "jsonschema/benchmarks", "jsonschema/cli.py", "jsonschema/tests", "pydantic/color.py",
    "pydantic/deprecated/decorator.py", "pydantic/deprecated/json.py", "pydantic/experimental/pipeline.py",
    "pydantic/mypy.py", "pydantic/v1", "referencing/tests", "regex/tests", "urllib3/contrib",
    "urllib3/http2/connection.py", "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/metrics/provider/datadog",
    *(f"aws_lambda_powertools/utilities/{name}" for name in (
        "auth_alpha", "batch", "circuit_breaker", "data_classes", "data_masking", "feature_flags", "idempotency",
        "kafka", "parameters", "parser", "serialization", "streaming", "validation",
    )),
)
"""What no function imports, among it the half of Powertools: the layers stay small, and cold starts with them."""

_RETENTION = (
    "engine/adapters/aws/retention.py", "engine/durable/lifecycle/erasing.py", "engine/governance/audit/erasing.py",
    "engine/governance/nameless.py", "engine/governance/audit/actors.py",
    *(f"engine/durable/lifecycle/{name}.py" for name in ("erased_views", "pieces", "tallying", "tallying_ends")),
    "engine/governance/audit/expiry.py",
    "engine/governance/audit/heads.py",
    "engine/adapters/aws/erasure/old_versions.py", "engine/adapters/aws/erasure/orphans.py",
    "engine/ports/retention.py",
)
_HEARING = (
    "functions/hearing.py", "engine/triggers", "engine/durable/triggering", "engine/language/rules",
    "engine/language/asl/credentials.py", "engine/language/asl/validate", "engine/durable/lifecycle/executions.py",
    "engine/durable/lifecycle/forking", "engine/durable/lifecycle/forwards.py",
    "engine/durable/lifecycle/redrive_budget.py", "engine/durable/views", "engine/kernel/forward",
)

NOT_FOR_WORKERS = (
    *_RETENTION, *_HEARING,
    "engine/testing", "engine/language/sensitive", "engine/copilot",
    "engine/cost", "engine/conversion", "engine/conversion/step_functions", "engine/adapters/log_records.py",
    "engine/adapters/models", "connectors/files.py", "connectors/known", "connectors/declared/reading.py",
    "connectors/declared/schema.py", "connectors/declared/writing.py", "connectors/mcp/importing.py",
    "connectors/openapi", "connectors/testing",
    *(f"engine/adapters/aws/{name}.py" for name in (
        "alarms", "logs", "service_shapes", "transfers",
    )),
    *(f"engine/ports/{name}.py" for name in (
        "access_tokens", "alarms", "language_model", "logs", "role_grants", "transfers",
    )),
    "engine/adapters/aws/access", "engine/language/schema/plain.py", "engine/language/schema/positions.py",
    "engine/adapters/local/access", "engine/adapters/local/erasure", "engine/adapters/local/people",
    *(f"engine/adapters/local/{name}.py" for name in (
        "activities", "audit_log", "audit_witness", "backup", "bell", "blobs", "catalog_store", "database",
        "deliveries", "executions_index", "file_roots", "inspection", "journal", "log_files", "pauses", "privacy",
        "processes", "queue", "retention", "schema", "secret_store", "space", "stores",
    )),
    *(f"engine/language/asl/{name}.py" for name in ("source", "source_json", "source_yaml")),
    *(f"engine/catalog/{name}.py" for name in (
        "alert_checks", "alerts", "budgets", "cases", "catalog", "comparisons", "diff", "document", "files",
        "given_inputs", "heard", "input_schema", "marking", "passing", "publishing", "sensitive", "startable", "states",
        "studio", "trigger_checks", "triggers", "uncallable", "unwritten", "wording",
    )),
    *(f"engine/governance/{name}.py" for name in (
        "access_tokens", "audit/audit", "audit/beside", "audit/export", "audit/query", "audit/verify", "role_grants",
        "roles", "shadowing",
    )),
    "engine/durable/lifecycle/activities.py", "engine/durable/lifecycle/ageing.py",
    "engine/durable/worker/serving.py", "engine/durable/worker/sync_start.py",
    "functions/app",
)
"""What authoring, one machine and retention need; tests/unit/infra_cdk/test_bundles.py imports bundles without it."""

NOT_FOR_SWEEPERS = tuple(name for name in NOT_FOR_WORKERS if name not in (*_RETENTION, *_HEARING))
"""The same, of the function that deletes what is kept no longer, and starts schedules."""

NOT_FOR_LISTENERS = tuple(name for name in NOT_FOR_WORKERS if name not in _HEARING)
"""The same, of the function that hears what arrives."""


KEPT = 5
"""Bundles of a kind that are kept though this deployment does not use them: of other stages, of the release before."""

IN_USE_SECONDS = 3600
"""What was used so lately may be in another deployment's hands."""

_PACKAGES, _PYCACHE = ("engine", "connectors", "automate_connectors", "functions"), "__pycache__"
_BUNDLE = re.compile(r"(?P<kind>[a-z-]+)-[0-9a-f]{20}(?P<part>(\.\w+)?\.part)?")


class BundlingFailed(UserError):
    """pip could not bring what the functions need."""

    code = "BundlingFailed"


class Bundles:
    """Folders under `cache`, one for each content; made at most once. `used` are those that were asked for."""

    def __init__(self, tunables: Tunables, cache: Path) -> None:
        self._tunables = tunables
        self._cache = cache
        self.used: set[Path] = set()

    def layer(self) -> Path:
        """The dependencies of every function."""
        return self._locked("layer", lambda name: name not in API_ONLY)

    def api_layer(self) -> Path:
        """What the API function needs besides."""
        return self._locked("api-layer", lambda name: name in API_ONLY)

    def zones_layer(self) -> Path:
        """What the sweeper needs besides."""
        return self._locked("zones-layer", lambda name: name in ZONES)

    def connectors(self) -> Path | None:
        """The users' connector packages with their dependencies, and their connector files, as a layer; None where
        there are none. Raises InvalidDocument for a file that was named and is not there, and for a connector file at
        fault."""
        listed, declared = self._listed(), self._declared()
        if listed is None and not declared:
            return None
        parts = [] if listed is None else [listed.read_bytes()]
        parts += [f"{name} {text}".encode() for name, text in declared.items()]
        return self._made("connectors", parts, lambda into: self._fill_connectors(into, listed, declared))

    def _listed(self) -> Path | None:
        listed = ROOT / self._tunables.connector_requirements
        if not listed.is_file():
            if self._tunables.connector_requirements != Tunables().connector_requirements:
                raise InvalidDocument(
                    f"{self._tunables.connector_requirements} is not there", where="-c connector_requirements=…",
                    advice="Name a file beside cdk.json, in pip's format.",
                )
            return None
        return listed

    def _declared(self) -> dict[str, str]:
        """The connector files, compiled, by the names that they have in the layer."""
        if not self._tunables.connector_files:
            return {}
        folder = ROOT / self._tunables.connector_files
        if not folder.is_dir():
            raise InvalidDocument(
                f"{self._tunables.connector_files} is not there", where="-c connector_files=…",
                advice="Name a folder beside cdk.json.",
            )
        files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and not path.name.startswith("."))
        return {
            path.name + COMPILED: reading.compiled(path.read_text(encoding="utf-8"), path.name) for path in files
        }

    def code(self, function: str, *, without: Collection[str] = ()) -> Path:
        """The package of `function`, such as ``functions/worker``, the engine and the connectors, less `without`."""
        shared = (
            *(f"functions/{name}.py" for name in (
                "__init__", "call_logs", "engine_audit", "hearing", "lambda_logs", "metering", "task_chain",
            )),
            "functions/app",
        )
        everywhere = ("engine", "connectors", "automate_connectors", *shared)
        left_out = tuple(ROOT / name for name in without)
        sources = sorted(
            path for package in (*everywhere, function) for path in _sources(ROOT / package)
            if not any(path.is_relative_to(place) for place in left_out)
        )
        parts = [part for path in sources for part in (str(path.relative_to(ROOT)).encode(), path.read_bytes())]
        named = of_folder(ROOT).as_json() if ROOT / "functions/app" not in left_out else ""

        def fill(into: Path) -> None:
            whole = self._whole()
            for path in sources:
                made = whole / path.relative_to(ROOT)
                compiled = (made.with_name(made.name + COMPILED), *(made.parent / _PYCACHE).glob(f"{made.stem}.*.pyc"))
                for file in (made, *compiled):
                    if file.is_file():
                        target = into / file.relative_to(whole)
                        target.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(file, target)
            if named:
                (into / FILE).write_text(named, encoding="utf-8")

        return self._made("code", [*parts, named.encode()], fill)

    def _whole(self) -> Path:
        """The modules of all functions, compiled once: each package is a part of it."""
        sources = sorted(path for package in _PACKAGES for path in _sources(ROOT / package))

        def fill(into: Path) -> None:
            for path in sources:
                target = into / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                if path.suffix in ENDINGS and path.suffix != COMPILED:  # a connector file: workers read no YAML
                    text = reading.compiled(path.read_text(encoding="utf-8"), path.name)
                    target.with_name(path.name + COMPILED).write_text(text, encoding="utf-8")
                else:
                    shutil.copyfile(path, target)
            _compile(into, "/var/task", self._tunables.python)

        parts = [part for path in sources for part in (str(path.relative_to(ROOT)).encode(), path.read_bytes())]
        return self._made("whole", parts, fill)

    def _made(self, kind: str, parts: Iterable[bytes], fill: Callable[[Path], None]) -> Path:
        digest = hashlib.sha256(f"{kind} {self._tunables.architecture} {self._tunables.python}".encode())
        for part in parts:
            digest.update(hashlib.sha256(part).digest())
        folder = self._cache / f"{kind}-{digest.hexdigest()[:20]}"
        if not folder.is_dir():
            self._cache.mkdir(parents=True, exist_ok=True)
            building = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".part", dir=self._cache))
            building.chmod(0o755)
            fill(building)
            try:
                building.rename(folder)
            except OSError:  # another deployment was first: its bundle is the same
                if not folder.is_dir():
                    raise
                shutil.rmtree(building, ignore_errors=True)
        folder.touch()  # when it was used last
        self.used.add(folder)
        return folder

    def prune(self) -> list[Path]:
        """Delete bundles that nobody uses any more, what interrupted runs have left among them; gives what went.

        Kept are the used ones, what was used within the hour, and of each kind the KEPT others that were used last.
        """
        old: dict[str, list[tuple[float, Path]]] = {}
        now = SystemClock().now()
        for folder in self._cache.iterdir() if self._cache.is_dir() else ():
            named, at = _BUNDLE.fullmatch(folder.name), folder.stat().st_mtime
            if named and folder not in self.used and now - at > IN_USE_SECONDS:
                old.setdefault(".part" if named["part"] else named["kind"], []).append((at, folder))
        parts = old.pop(".part", [])
        gone = [folder for _, folder in parts]
        gone += [folder for bundles in old.values() for _, folder in sorted(bundles, reverse=True)[KEPT:]]
        for folder in gone:
            shutil.rmtree(folder, ignore_errors=True)
        return gone

    def _locked(self, kind: str, wanted: Callable[[str], bool]) -> Path:
        chosen = [text for text in _requirements() if wanted(re.split("[=<>]", text)[0])]

        def fill(into: Path) -> None:
            with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="ascii") as file:
                file.write("\n".join(chosen))
                file.flush()
                self._pip(into, ["--require-hashes", "--no-deps", "-r", file.name])
            _slim(into / "python")
            _compile(into, "/opt", self._tunables.python, docstrings=False)

        return self._made(kind, ["\n".join(chosen).encode(), repr(_UNUSED).encode(), b"no docstrings"], fill)

    def _fill_connectors(self, into: Path, listed: Path | None, declared: Mapping[str, str]) -> None:
        if listed is not None:
            self._pip(into, ["-r", str(listed)])
            _compile_files(into / "python")
        for name, text in declared.items():
            (into / FILES).mkdir(exist_ok=True)
            (into / FILES / name).write_text(text, encoding="utf-8")
        _compile(into, "/opt", self._tunables.python)

    def _pip(self, into: Path, arguments: list[str]) -> None:
        machine = _PLATFORMS[self._tunables.architecture]
        command = [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
            "--no-compile", "--only-binary=:all:", "--implementation=cp",
            f"--python-version={self._tunables.python}", f"--platform=manylinux_2_28_{machine}",
            f"--platform=manylinux2014_{machine}", f"--target={into / 'python'}", *arguments,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if done.returncode:
            raise BundlingFailed(
                "the functions' dependencies could not be installed", where=arguments[-1],
                advice=f"What pip said:\n{done.stderr.strip()[-2000:]}",
            )


def _requirements() -> list[str]:
    """The lock's requirements, each with its hashes."""
    text = "\n".join(line for line in LOCK.read_text(encoding="ascii").splitlines() if not line.startswith("#"))
    return [part.strip() for part in re.split(r"\n(?=\S)", text) if part.strip()]


def _sources(place: Path) -> list[Path]:
    """The files of a package, or the one file."""
    if place.is_file():
        return [place]
    kinds = (".py", ".txt", ".html", *ENDINGS)
    return [path for path in place.rglob("*") if path.suffix in kinds and _PYCACHE not in path.parts]


def _slim(packages: Path) -> None:
    """Leave out what no function imports, and the packages' own papers: nothing here looks for entry points in them."""
    for path in packages.glob("*.dist-info"):
        shutil.rmtree(path)
    for path in packages.rglob("*.pyi"):
        path.unlink()
    for name in _UNUSED:
        _remove(packages / name)
    chalice = packages / "chalice"
    for path in list(chalice.iterdir()) if chalice.is_dir() else []:
        if path.name not in ("__init__.py", "app.py"):
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _compile_files(packages: Path) -> None:
    """Put the JSON of each connector file that an entry point names beside it: workers read no YAML."""
    for package in distributions(path=[str(packages)]):
        for point in package.entry_points.select(group=GROUP):
            module, _, name = point.value.partition(":")
            if name.strip().endswith(ENDINGS):
                path = packages.joinpath(*module.strip().split("."), name.strip())
                if not path.is_file():
                    raise BundlingFailed(
                        f"the entry point {point.name} names {point.value}, and the package has no such file",
                        where=package.name, advice="Add the file to the package's data (package-data of setuptools).",
                    )
                text = reading.compiled(path.read_text(encoding="utf-8"), path.name)
                path.with_name(path.name + COMPILED).write_text(text, encoding="utf-8")


def _compile(folder: Path, there: str, python: str, *, docstrings: bool = True) -> None:
    """Compile to .pyc by a Python of the functions' own version; without one they compile at each cold start. `there`
    is where Lambda will have `folder`, for tracebacks. Without `docstrings` (and asserts) what is compiled is a fifth
    smaller; it has the name that Python looks for when it runs without -O."""
    found = sys.executable if python == f"{sys.version_info.major}.{sys.version_info.minor}" else None
    found = found or shutil.which(f"python{python}")
    if found is None:
        _LOG.warning("no python%s here, so the functions ship without .pyc: cold starts take 0.3 s longer", python)
        return
    command = [found, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", there]
    level = "0" if docstrings else "2"
    subprocess.run([*command, "-o", level, str(folder)], check=True)  # noqa: S603 - our own words
    for path in [] if docstrings else list(folder.rglob("*.opt-2.pyc")):
        path.rename(path.with_name(path.name.replace(".opt-2.", ".")))
