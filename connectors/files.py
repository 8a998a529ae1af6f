"""FileTasks: the engine's Tasks port over this machine's files, for the ItemReader and ResultWriter of a Map.

file:read     {"Path"}                          ──► {"Body": the file's text}, as S3's getObject answers
file:write    {"Path", "Name", "Body", "Last"}  ──► {}     `Last`: nothing more comes into the folder Path
"""

from __future__ import annotations

from typing import Any

from engine.adapters.local.file_roots import FileRefused, FileRoots
from engine.language.asl.file_paths import FILE_READ, FILE_WRITE
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy, TaskSucceeded

Json = Any

MOST_BYTES = 16 * 1024 * 1024
"""The largest file that is read: its items become one execution's data."""

_FAILED = {FILE_READ: "States.ItemReaderFailed", FILE_WRITE: "States.ResultWriterFailed"}


class FileTasks:
    """Reads and writes below `roots`."""

    def __init__(self, roots: FileRoots) -> None:
        self._roots = roots

    def policy(self, resource: str, pin: ConnectorPin | None = None) -> TaskPolicy:  # noqa: ARG002 - connectors alone are pinned
        """The problem: no such resource, or no folder that is open to workflows."""
        if resource not in _FAILED:
            return TaskPolicy(problem=(
                f"{resource} is no resource: an ItemReader can have {FILE_READ}, a ResultWriter {FILE_WRITE}."
            ))
        problem = self._roots.problem()
        return TaskPolicy(
            problem=None if problem is None else f"{resource}: {problem}.", path_problem=self._roots.path_problem
        )

    def call(self, call: TaskCall) -> TaskOutcome:
        """Read a file, or write one."""
        problem = self.policy(call.resource).problem
        error = _FAILED.get(call.resource, "Automate.ResourceNotAvailable")
        if problem is not None:
            return TaskFailed(error, problem, retryable=False)
        given = call.arguments if isinstance(call.arguments, dict) else {}
        path = given.get("Path")
        if not isinstance(path, str):
            return TaskFailed(error, f"{call.resource} needs a Path, the text that names the file.")
        try:
            if call.resource == FILE_READ:
                return TaskSucceeded({"Body": _text(path, self._roots.read(path, MOST_BYTES))})
            self._roots.write(path, given["Name"], given["Body"].encode("utf-8", "surrogatepass"))
            if given["Last"]:
                self._roots.sweep(path)
        except FileRefused as refusal:
            return TaskFailed(error, refusal.message, definite=refusal.definite)
        return TaskSucceeded({})


def _text(path: str, data: bytes) -> str:
    """UTF-8, with or without the mark that some programs put first."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRefused(
            f"the file {path!r} cannot be read: it is no text in UTF-8 (line {line:,}, byte {error.start:,})"
        ) from None
