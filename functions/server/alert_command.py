"""The command of an alert: a program of this machine, one of those that AUTOMATE_ALERT_COMMANDS names.

It is run without a shell and without arguments, in `/`, with the alert as JSON on its standard input. Of the
environment it has what finds programs and spells text: secrets may be in the rest. What it prints is not kept. Its exit
status is logged with the execution that the alert tells of.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Collection
from contextlib import suppress

from engine.durable.triggering.telling import SECONDS, Run
from engine.ports.tasks import TaskFailed

_LOG = logging.getLogger(__name__)

KEY = "ALERT_KEY"
"""Its environment variable with the alert's key: the same where it is run once more for the same alert."""

TRY_AGAIN = os.EX_TEMPFAIL
"""The exit status of sysexits.h that says: not now."""

_KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR")


def runs(allowed: Collection[str]) -> Run:
    """What runs the commands that are `allowed`, and refuses others."""
    def run(command: str, data: bytes, key: str, execution: str) -> TaskFailed | None:
        if command not in allowed:
            return TaskFailed(
                "CommandNotAllowed", f"{command} is not one of AUTOMATE_ALERT_COMMANDS", retryable=False
            )
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {KEY: key}
        try:
            status = _run(command, data, environment)
        except OSError as error:
            return TaskFailed("CommandNotRun", f"{command}: {error.strerror}", retryable=False)
        said = f"is not over after {SECONDS:g} s, and was killed" if status is None else f"exit status {status}"
        _LOG.info("the command of an alert: %s: %s", command, said, extra={"execution": execution})
        if status == 0:
            return None
        return TaskFailed(
            "CommandFailed", f"{command}: {said}", definite=status is not None, retryable=status == TRY_AGAIN
        )

    return run


def _run(command: str, data: bytes, environment: dict[str, str]) -> int | None:
    """The exit status; None where it was killed. A signal's number is negative."""
    with subprocess.Popen(  # noqa: S603  a program that the machine's owner allowed, without a shell
        [command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        cwd="/", start_new_session=True,
    ) as process:
        try:
            process.communicate(data, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):  # all that it has started, too
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
        return process.returncode
