"""How fast it is: ``make bench``, and ``make bench-peers`` with others beside it.

    python -m benchmarks.run [--only W1 W3 …] [--repeats 5] [--peers [restate dbos …]] [--json FILE]

Every workload runs in a process of its own, one after the other: a warm-up round, then `--repeats` counted ones. The
table shows median, least and most; the JSON lines after it (or in FILE) hold every round's seconds, the load average
and the processors. A workload that is named twice is timed twice, so that two systems are compared in turns.
docs/benchmarks.md says what the workloads are and how to read the figures.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import measuring, peer_environments
from benchmarks.peer_environments import PEERS, Peer, Unavailable
from tools.environments import bench_folder

IN_MEMORY = ("W1", "W1J", "W2", "W6", "W7", "STREAM1M", "PASS200K")
DURABLE = ("W3", "W3x50", "W3x50xN", "W4", "W5", "W4xN", "W4h")
REPEATS = 5

Line = dict[str, Any]


def main() -> None:
    """Print the table as it grows, then the JSON lines."""
    arguments = _arguments()
    folder = bench_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.child:
        _child(arguments.child, arguments.repeats, folder)
        return
    here = measuring.machine(str(folder))
    print(f"{here['cpus']} processors, Python {here['python']}, load {here['load']}, a disk sync {here['sync_ms']} ms")
    print(f"\n{'system':<34}{'workload':<10}{'median':>11}{'least':>11}{'most':>11} {'unit':<10}{'peak MB':>8}  load")
    lines = [{"system": "machine", **here}]
    for line in _figures(arguments, folder):
        lines.append(line)
        print(_row(line), flush=True)
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    if arguments.json:
        Path(arguments.json).write_text(text, encoding="utf-8")
    else:
        print(f"\n{text}", end="")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the interpreter and the durable worker.")
    parser.add_argument("--only", nargs="+", choices=[*IN_MEMORY, *DURABLE], help="these workloads alone")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="counted rounds a workload")
    parser.add_argument(
        "--peers", nargs="*", choices=sorted({peer.environment for peer in PEERS}),
        help="others too, installed into environments of their own; these alone where some are named",
    )
    parser.add_argument("--json", metavar="FILE", help="write the JSON lines there instead of printing them")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def _figures(arguments: argparse.Namespace, folder: Path) -> Iterator[Line]:
    """Workload by workload, ours and then each peer's, so that they share the machine's moods."""
    peers = _wanted(arguments.peers)
    pythons = _installed(peers, folder)
    for workload in arguments.only or [*IN_MEMORY, *DURABLE]:
        yield from _ours(workload, arguments.repeats)
        for peer in peers:
            python, reason = pythons[peer.name], dict(peer.cannot).get(workload)
            if isinstance(python, Unavailable):
                reason = f"not installed: {python}"
            elif workload in peer.workloads:
                try:
                    found = peer_environments.run(peer, python, workload, arguments.repeats, folder)
                    yield from map(json.loads, found)
                except Unavailable as error:
                    reason = str(error)
            if reason is not None and (workload in peer.workloads or workload in dict(peer.cannot)):
                yield {"system": peer.name, "workload": workload, "skipped": reason}


def _wanted(named: Sequence[str] | None) -> list[Peer]:
    """No peer without the option, every one where it names none."""
    return [] if named is None else [peer for peer in PEERS if not named or peer.environment in named]


def _installed(peers: Sequence[Peer], folder: Path) -> dict[str, Path | Unavailable]:
    found: dict[str, Path | Unavailable] = {}
    for peer in peers:
        try:
            found[peer.name] = peer_environments.install(peer, folder)
        except Unavailable as error:
            found[peer.name] = error
    return found


def _ours(workload: str, repeats: int) -> Iterator[Line]:
    """Our figures, from a process of their own."""
    command = [sys.executable, "-m", "benchmarks.run", "--child", workload, "--repeats", str(repeats)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  ourselves
    yield from map(json.loads, done.stdout.splitlines())


def _child(workload: str, repeats: int, folder: Path) -> None:
    # Imported here: the parent measures nothing, and pydantic is no part of the interpreter's memory.
    if workload in IN_MEMORY:
        from benchmarks import interpreter  # noqa: PLC0415

        figures = interpreter.WORKLOADS[workload](repeats)
    else:
        from benchmarks import durability  # noqa: PLC0415

        figures = durability.WORKLOADS[workload](repeats, str(folder))
    for figure in figures:
        print(figure.line())


def _row(line: Line) -> str:
    if "skipped" in line:
        return f"{line['system']:<34}{line['workload']:<10}skipped: {line['skipped']}"
    way = line["note"].partition(":")[0]
    system = f"{line['system']} ({way})" if way in ("step", "simulate") else line["system"]
    numbers = "".join(f"{line[name]:>11,}" for name in ("median", "least", "most"))
    return f"{system:<34}{line['workload']:<10}{numbers} {line['unit']:<10}{line['peak_mb']:>8}  {line['load']}"


if __name__ == "__main__":
    main()
