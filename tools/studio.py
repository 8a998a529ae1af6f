"""Build and check the Studio: ``python -m tools.studio build | check | dev``.

    build    studio_static/dist, when a source changed since it was last built (a digest of them lies in the build)
    check    biome, tsc, vitest, then build
    dev      Vite's own server beside a running `automate up`

Packages are installed by the lock file alone, again only when it changed (tools.node). `build` installs what building
needs, `check` the checkers too.

A build goes into a folder beside the old one and takes its place at the end: a server that runs never lacks a file.
``build --optional`` says what went wrong and goes on: the product runs without its Studio. Neither waits for ever on a
registry: what is installed is stopped after INSTALL_SECONDS, by default 180 where the Studio is optional, else 900.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from tools.install import LONGEST, seconds_allowed, too_long
from tools.node import Failed, Node, get_node, install_packages, run

ROOT = Path(__file__).resolve().parent.parent
STUDIO = ROOT / "studio_static"
SOURCES = (
    "src", "public", "tools", "index.html", "vite.config.ts", "tsconfig.json", "package.json", "package-lock.json",
)
OPTIONAL_SECONDS = 180.0
"""How long `make run` waits for an installation before it goes on without the Studio."""
STAMP = "sources.sha256"
"""In the build: the digest of what it was built of."""


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


def install(node: Node, *, everything: bool, studio: Path = STUDIO, seconds: float = LONGEST) -> None:
    """The Studio's packages. `everything` has what the checks need, and what has it once keeps it: a build must not
    take the checkers away. Raises Failed."""
    everything = everything or (studio / "node_modules" / "vitest").is_dir()
    install_packages(node, studio, named="the Studio's packages", everything=everything, seconds=seconds)


def build(*, studio: Path = STUDIO, seconds: float = LONGEST) -> None:
    """studio_static/dist of these sources; `seconds` are what each installation may take. Raises Failed."""
    if is_current(studio):
        return
    with _alone(studio, seconds):
        if not is_current(studio):  # another make built it meanwhile
            _build(studio, seconds)


@contextmanager
def _alone(studio: Path, seconds: float) -> Iterator[None]:
    """Two builds at once would take each other's files away: the second waits for the first, as long as the first may
    take. Raises Failed after that."""
    most = seconds_allowed(seconds)
    with (studio / ".build.lock").open("w") as lock:
        until = time.monotonic() + most
        waited = False
        while not _locked(lock):
            if not waited:
                print("Another make builds the Studio; waiting for it …", flush=True)
                waited = True
            if time.monotonic() >= until:
                raise Failed(too_long("Another make still builds the Studio: waiting for it", most))
            time.sleep(0.1)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _build(studio: Path, seconds: float) -> None:
    sources = digest(studio)
    node = get_node(seconds=seconds)
    install(node, everything=False, studio=studio, seconds=seconds)
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
    building = partial(build, studio=STUDIO, seconds=OPTIONAL_SECONDS if optional else LONGEST)
    todo: dict[str, Callable[[], None]] = {"build": building, "check": check, "dev": dev}
    try:
        todo[what]()
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
