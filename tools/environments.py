"""Virtual environments beside the project's own: for peers, emulators and commands that pin packages of their own.

$AUTOMATE_BENCH_DIR (.bench)/venvs/NAME/            the environment, of this Python
$AUTOMATE_BENCH_DIR (.bench)/venvs/NAME/installed   what is in it; written last, so a half made one is made anew
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


class NotInstalled(Exception):
    """What pip said about the packages that it did not install."""


def bench_folder() -> Path:
    """Where measuring keeps what it may throw away: $AUTOMATE_BENCH_DIR, or .bench of the project."""
    return Path(os.environ.get("AUTOMATE_BENCH_DIR") or ROOT / ".bench").absolute()


def environment(
    folder: Path, requirements: Sequence[str], *, also: str = "", finish: Callable[[Path], None] = lambda _: None,
    seconds: float = 600,
) -> Path:
    """The Python of the environment `folder`, made where it is missing or holds other packages than `requirements`.

    `finish(folder)` runs after the packages are in; `also` names what it does, so that a change makes the environment
    anew. One process makes it, others wait. The environment has no pip of its own: ours installs into it. Raises
    NotInstalled, and what `finish` raises.
    """
    python, mark = folder / "bin" / "python", folder / "installed"
    wanted = "\n".join(filter(None, (*requirements, also)))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
            return python
        print(f"Installing {', '.join(requirements)} into {folder} …", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=False)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install"]
        pip += ["--quiet", "--no-compile", "--prefer-binary"]
        try:
            done = subprocess.run([*pip, *requirements], capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise NotInstalled(f"pip was not done after {seconds:.0f} s") from None
        if done.returncode:
            raise NotInstalled((done.stderr or done.stdout).strip()[-2000:])
        finish(folder)
        mark.write_text(wanted, encoding="utf-8")
    return python
