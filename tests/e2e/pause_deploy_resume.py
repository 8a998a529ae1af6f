"""Pause, deploy a new version, resume, with 100 executions on their way: on a real server, and told as a transcript.

    .venv/bin/python -m tests.e2e.pause_deploy_resume [FOLDER]

Each execution hands a task to a worker of somebody else's (an activity), and is on its way until that one answers. The
answers come while all is held, and the server itself is stopped and started again in between, as an update does.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.local_server import LocalServer, automate

ON_THEIR_WAY, LATE = 100, 10
_TASKS = "/activities/pack/task"


def definition(version: str) -> dict[str, Any]:
    """Two visible steps around the task; the last one says which version it is of."""
    return {"StartAt": "Take", "States": {
        "Take": {"Type": "Pass", "Next": "Pack"},
        "Pack": {"Type": "Task", "Resource": "arn:aws:states:local:default:activity:pack", "Next": "Stamp",
                 "Parameters": {"name.$": "$$.Execution.Name"}, "ResultPath": None},
        "Stamp": {"Type": "Pass", "Result": version, "End": True},
    }}


@dataclass(frozen=True, slots=True)
class Told:
    """What was seen: counts by status while all was held, and each execution as it ended, by its name."""

    while_held: Counter[str]
    ended: dict[str, dict[str, Any]]
    histories: dict[str, list[dict[str, Any]]]


def run(folder: Path, say: Callable[[str], None]) -> Told:
    """Do it on a new data folder; `say` gets the transcript line by line."""

    def command(*arguments: str) -> None:
        shown = json.dumps(automate(folder, *arguments))
        say(f"$ automate {' '.join(arguments)}\n  {shown if len(shown) < 130 else shown[:130] + ' ...'}")

    def publish(version: str) -> None:
        path = folder.parent / f"shipping-{version}.json"
        path.write_text(json.dumps({"name": "shipping", "definition": definition(version)}))
        command("import", "--file", str(path), "--publish")

    def start(server: LocalServer, names: list[str]) -> None:
        for name in names:
            server.json("POST", "/workflows/shipping/executions", {"name": name})
        say(f"  started over HTTP: {names[0]} to {names[-1]}")

    def take(server: LocalServer, number: int) -> dict[str, str]:
        taken = (server.json("POST", _TASKS, {"worker_name": "packer"}) for _ in range(number))
        tokens = {task["input"]["name"]: task["token"] for task in taken}
        say(f"  tasks taken by a worker of the activity: {len(tokens)}")
        return tokens

    def answer(server: LocalServer, tokens: dict[str, str]) -> None:
        for name, token in tokens.items():
            server.json("POST", "/tasks/success", {"token": token, "output": {"packed": name}})
        say(f"  tasks answered: {len(tokens)}")

    def statuses(server: LocalServer) -> Counter[str]:
        found = Counter(row["status"] for row in server.json("GET", "/executions?limit=1000")["executions"])
        say(f"  executions by status: {dict(found)}")
        return found

    early = [f"early-{number:03}" for number in range(ON_THEIR_WAY)]
    late = [f"late-{number:03}" for number in range(LATE)]
    first = LocalServer(folder)
    try:
        command("activity", "create", "pack")
        publish("v1")
        start(first, early)
        tokens = take(first, ON_THEIR_WAY)
        command("pause", "shipping", "--starts", "queue", "--running", "hold")
    finally:
        first.stop()
    say("  the server is stopped and started again")
    second = LocalServer(folder)
    try:
        publish("v2")
        start(second, late)
        answer(second, tokens)
        held = statuses(second)
        command("resume", "shipping")
        answer(second, take(second, LATE))
        ended = {name: second.wait_closed(f"shipping:{name}") for name in (*early, *late)}
        statuses(second)
        say(f"  version and output: {dict(Counter((e['version'], e['output']) for e in ended.values()))}")
        histories = {
            name: second.json("GET", f"/executions/shipping%3A{name}/history?limit=1000")["events"] for name in ended
        }
    finally:
        second.stop()
    return Told(held, ended, histories)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "data"
    told = run(target, print)
    sys.exit(0 if all(execution["status"] == "SUCCEEDED" for execution in told.ended.values()) else 1)
