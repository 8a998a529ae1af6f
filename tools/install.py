"""Install the project and some of its extras into the environment that runs this, once: ``install.py EXTRA…``.

The second half of tools/bootstrap.sh, with nothing but the standard library. What was installed is written down in
``.venv/automate-installed.json``: the digest of the tables of pyproject.toml that decide an installation, the Python
version, the project's folder, the extras. While all of it still holds, there is nothing to do. With ``--check`` it only
answers: 0 nothing to do, 10 something to install, 11 an environment not to be trusted.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import re
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COMPLETE, INSTALL, BROKEN = 0, 10, 11

LIMIT, LONGEST = "INSTALL_SECONDS", 900.0
"""The setting, and what it is where it is not set: how long one installation may take before it is stopped."""

PIP = [sys.executable, "-I", "-m", "pip"]

SECONDS = {"local": 10, "dev": 20, "infra": 20, "audit": 10}
"""About how long each extra takes on a plain connection: the progress line says the sum."""

_NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|nodename nor servname|getaddrinfo failed"
    r"|Failed to establish a new connection|Connection (refused|reset|aborted|broken)|Network is unreachable"
    r"|timed out|ProxyError|SSLError|Max retries exceeded",
    re.IGNORECASE,
)


def wanted(extras: list[str], pyproject: str) -> dict[str, Any]:
    """What an installation of these extras would be: compared with, and then kept as, the stamp.

    Only the tables that decide an installation count, so that a changed lint rule installs nothing.
    """
    document = tomllib.loads(pyproject)
    tables = [document.get("build-system"), document.get("project"), document.get("tool", {}).get("setuptools")]
    digest = hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()
    return {"extras": sorted(extras), "project": digest, "python": platform.python_version(), "root": str(ROOT)}


def state(want: Mapping[str, Any], stamp: Mapping[str, Any] | None, *, has_pip: bool) -> int:
    """COMPLETE, INSTALL or BROKEN. Scripts of an environment hold its path: one that was moved does not work."""
    if not has_pip or (stamp is not None and stamp.get("root") != want["root"]):
        return BROKEN
    if stamp is None or not set(want["extras"]) <= set(stamp.get("extras", ())):
        return INSTALL
    return COMPLETE if all(stamp.get(key) == want[key] for key in ("project", "python")) else INSTALL


def explain(output: str) -> str:
    """What pip said, after a plain sentence where the network was at fault."""
    lines = [line for line in output.splitlines() if line.strip() and "WARNING: Retrying" not in line]
    words = "\n".join(lines[-15:])
    if _NETWORK.search(output):
        return (
            "The Python package index could not be reached. Check the network, or set HTTPS_PROXY (a proxy) or\n"
            "PIP_INDEX_URL (your own index); then run the same make command again. What pip said:\n" + words
        )
    return "The installation failed; run the same make command again once this is mended. What pip said:\n" + words


def seconds_allowed(default: float = LONGEST) -> float:
    """How long one installation may take: INSTALL_SECONDS, else `default`. Exits where that is no number over 0."""
    text = os.environ.get(LIMIT) or repr(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e8:  # also for NaN
        sys.exit(f"{LIMIT} is {text[:40]!r}: give a number of seconds over 0, as {LIMIT}=600.")
    return seconds


def too_long(what: str, seconds: float) -> str:
    """What to say of something that was stopped after `seconds`."""
    return (
        f"{what} took longer than {seconds:g} s and was stopped. Check the network and the registry, or wait longer: "
        f"run the same command again with {LIMIT}={2 * seconds:g} before it."
    )


def run_to_its_end(
    command: list[str], folder: Path, environment: Mapping[str, str], says: str, *, seconds: float | None,
    show: bool = False, began: Callable[[int], object] = lambda _: None,
) -> tuple[int, str | None]:
    """The exit status of a command and what it said (nothing with `show`, which lets it through); a line every 15 s
    `says` that it goes on, so that nobody thinks it hangs. `began` is told its process id.

    Once it takes longer than `seconds` it is stopped with all that it started, and what it said is None: it leads a
    session of its own then, which Ctrl-C does not reach by itself. Raises OSError where it does not start.
    """
    ended = threading.Event()

    def report() -> None:
        started = time.monotonic()
        while not ended.wait(15):
            print(f"  … {says} ({time.monotonic() - started:.0f} s)", flush=True)

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True, errors="replace",
            stdout=None if show else subprocess.PIPE, stderr=None if show else subprocess.STDOUT,
            start_new_session=seconds is not None,
        ) as process:
            began(process.pid)
            try:
                output = process.communicate(timeout=seconds)[0] or ""
            except BaseException as error:
                if seconds is not None:
                    _kill(process)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                output = None
    finally:
        ended.set()
        thread.join()
    return process.returncode, output


def _kill(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_pip(extras: list[str], marker: Path) -> tuple[int, str]:
    """The exit status of pip and what it said. It is stopped once it takes longer than `seconds_allowed`.

    pip compiles nothing: that takes longer than all else, most of it for modules that nobody imports. `marker` gets
    pip's process id: it is pip that writes, and that may outlive us when we are killed.
    """
    seconds = seconds_allowed()
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    status, output = run_to_its_end(
        [*PIP, "install", "--quiet", "--no-compile", "--disable-pip-version-check", "--no-input", "--editable", target],
        ROOT,
        {"PIP_RETRIES": "2", **os.environ}, "still installing", seconds=seconds,
        began=lambda pid: marker.write_text(f"{pid}\n"),
    )
    return status, too_long("The installation", seconds) if output is None else output


def read_stamp(path: Path) -> dict[str, Any] | None:
    """The stamp; None when there is none that can be read."""
    try:
        stamp = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) else None


def install(want: dict[str, Any], venv: Path) -> int:
    """Run pip and write the stamp; the exit status.

    The marker stays only when a process was killed in between: bootstrap.sh then starts anew.
    """
    extras, marker, stamp = want["extras"], venv / "automate-unfinished", venv / "automate-installed.json"
    about = sum(SECONDS.get(extra, 30) for extra in extras)
    print(f"Installing Automate [{','.join(extras)}] into {venv.name} (about {about} s the first time) …", flush=True)
    marker.write_text(f"{os.getpid()}\n")
    stamp.unlink(missing_ok=True)
    started = time.monotonic()
    status, output = run_pip(extras, marker)
    if status:
        print(explain(output) if status > 0 else output, file=sys.stderr)
        if status > 0:
            marker.unlink()
        return 1
    if output.strip():
        print(output.strip())
    write_cdk_launcher(venv)
    stamp.write_text(json.dumps(want, indent=1) + "\n")
    marker.unlink()
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)
    return 0


def write_cdk_launcher(venv: Path) -> None:
    """`cdk` in the environment: tools.cdk, which brings the pinned command and its Node at its first use."""
    launcher = venv / "bin" / "cdk"
    launcher.parent.mkdir(exist_ok=True)
    launcher.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{venv}/bin/python" -m tools.cdk "$@"\n')
    launcher.chmod(0o755)


def main(arguments: list[str]) -> int:
    """See the module's docstring; the exit status."""
    extras = [argument for argument in arguments if argument != "--check"]
    venv = Path(sys.prefix)
    want = wanted(extras, (ROOT / "pyproject.toml").read_text())
    has_pip = importlib.util.find_spec("pip") is not None
    found = state(want, read_stamp(venv / "automate-installed.json"), has_pip=has_pip)
    if "--check" in arguments:
        return found
    return COMPLETE if found == COMPLETE else install(want, venv)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The next make command starts the installation anew.")
