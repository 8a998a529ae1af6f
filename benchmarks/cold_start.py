"""What a cold start of the worker costs: ``python -m benchmarks.cold_start [--repeats 15] [--json FILE]``.

    size     the bundle that is deployed (arm64, Python 3.13, .pyc included), zipped: code and layer
    import   the worker's handler in fresh processes, by the same files for this machine's processor and Python

A process counts its own CPU from before the first import of ours to after it; the interpreter's start is not in it.
boto3 and botocore are this environment's, as Lambda's runtime brings them, and are searched after the bundle. The exit
status is 1 where a limit is passed: 8 MB, 200 ms of CPU (the median), an import that must not be, one without .pyc.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from functions.tunables import Tunables
from infra_cdk.bundling import BUNDLES, NOT_FOR_WORKERS, ROOT, Bundles

MOST_BYTES, MOST_CPU_MS = 8_000_000, 200.0
NEVER = ("pydantic", "boto3", "boto3.resources", "chalice", "click")
"""What a worker's start must not import: clients are botocore's own, pydantic comes with the first connector's call."""

_CHILD = """
import json, os, sys, time
bundle, places = json.loads(sys.argv[1])
sys.path[:0] = bundle
sys.path += places
cpu, wall = time.process_time(), time.perf_counter()
import functions.worker.app
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
ready = time.process_time()
from functions.worker import wiring
wiring.parts()
ready = time.process_time() - ready
ours = [m for m in list(sys.modules.values()) if (getattr(m, "__file__", None) or "").startswith(tuple(bundle))]
print(json.dumps({
    "cpu_ms": cpu * 1000, "wall_ms": wall * 1000, "ready_cpu_ms": ready * 1000, "modules": len(sys.modules),
    "imported": sorted(sys.modules), "ours": len(ours),
    "uncompiled": sorted(m.__name__ for m in ours if m.__file__.endswith(".py") and not os.path.exists(m.__cached__)),
}))
"""
_ENVIRONMENT = {
    "AUTOMATE_TABLE": "t", "AUTOMATE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/q", "AUTOMATE_BUCKET": "b",
    "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
}


def worker_bundle(tunables: Tunables, cache: Path = BUNDLES) -> tuple[Path, Path]:
    """The folders of the worker's code and of its layer."""
    bundles = Bundles(tunables, cache)
    return bundles.code("functions/worker", without=NOT_FOR_WORKERS), bundles.layer()


def zipped_bytes(folder: Path) -> int:
    """As large as the archive that is sent."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder))
        return file.tell()


def start(bundle: Iterable[Path], places: Iterable[str]) -> dict[str, Any]:
    """Import the handler in a fresh process, and make its parts. `places` are where boto3 is, after the bundle."""
    given = json.dumps([[str(path) for path in bundle], list(places)])
    command = [sys.executable, "-I", "-S", "-B", "-c", _CHILD, given]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_ENVIRONMENT)  # noqa: S603 - ours
    return dict(json.loads(done.stdout))


def problems(size: int, starts: Sequence[dict[str, Any]]) -> list[str]:
    """Which limits were passed."""
    found = []
    if size >= MOST_BYTES:
        found.append(f"the bundle has {size / 1e6:.1f} MB zipped, at most {MOST_BYTES / 1e6:.0f}")
    cpu = statistics.median(item["cpu_ms"] for item in starts)
    if cpu >= MOST_CPU_MS:
        found.append(f"the import takes {cpu:.0f} ms of CPU, at most {MOST_CPU_MS:.0f}")
    found += [f"{name} is imported" for name in NEVER if name in starts[0]["imported"]]
    return found + [f"{name} has no .pyc" for name in starts[0]["uncompiled"]]


def main() -> None:
    """Print the figures, then what is wrong with them."""
    parser = argparse.ArgumentParser(description="Measure the worker's bundle and its cold start.")
    parser.add_argument("--repeats", type=int, default=15, help="fresh processes")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    code, layer = worker_bundle(Tunables())
    sizes = {"code": zipped_bytes(code), "layer": zipped_bytes(layer)}
    print(f"zipped: code {sizes['code'] / 1e6:.2f} MB, layer {sizes['layer'] / 1e6:.2f} MB, "
          f"together {sum(sizes.values()) / 1e6:.2f} MB (arm64, Python 3.13)")
    here = Tunables(
        architecture="arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64",
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
    )
    code, layer = worker_bundle(here)
    places = [place for place in sys.path if place and Path(place) != ROOT]
    load = os.getloadavg()[0]
    starts = [start((code, layer / "python"), places) for _ in range(arguments.repeats + 1)][1:]  # the first warms up
    for name, what in (("cpu_ms", "import, CPU"), ("wall_ms", "import, elapsed"), ("ready_cpu_ms", "parts made, CPU")):
        values = sorted(item[name] for item in starts)
        print(f"{what:<16} {statistics.median(values):6.0f} ms (least {values[0]:.0f}, most {values[-1]:.0f})")
    print(f"{starts[0]['modules']} modules, {starts[0]['ours']} of the bundle; {len(starts)} fresh processes, Python "
          f"{platform.python_version()}, {here.architecture}, load {load:.1f} before")
    if arguments.json:
        rounds = [{name: item[name] for name in ("cpu_ms", "wall_ms", "ready_cpu_ms", "modules")} for item in starts]
        shape = {"zipped": sizes, "load": load, "python": platform.python_version(), "starts": rounds}
        Path(arguments.json).write_text(json.dumps(shape, indent=1) + "\n", encoding="utf-8")
    wrong = problems(sum(sizes.values()), starts)
    for text in wrong:
        print(f"PASSED THE LIMIT: {text}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
