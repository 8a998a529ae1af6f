"""The browser that the Studio's tests use: one that is here, or Debian's chromium where installing it needs no sudo.

``python tools/browser.py`` finds or installs it and says which; never fails: without a browser its tests are skipped,
with the reason. ``AUTOMATE_BROWSER=/path/to/chromium`` names one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_SECONDS = 600


def find_browser() -> str | None:
    """The path of a browser of the Chromium family that is here; None when there is none."""
    named = os.environ.get("AUTOMATE_BROWSER")
    if named:
        return named
    on_path = [found for found in map(shutil.which, NAMES) if found is not None]
    return next(iter([*on_path, *(path for path in APPLICATIONS if Path(path).exists())]), None)


def may_install() -> bool:
    """Whether Debian's packages can be installed without asking anybody: as root, as in a container."""
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> str | None:
    """Install the package chromium; what went wrong, or None."""
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"],
    ):
        try:
            done = subprocess.run(
                command, env=quietly, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{' '.join(command)}: {error}"
        if done.returncode:
            return f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-500:]}"
    return None


def advice() -> str:
    """How to get a browser on this system."""
    if sys.platform == "darwin":
        return "Install Google Chrome, or: brew install --cask chromium"
    if shutil.which("apt-get") is not None:
        return "This brings one: sudo apt install chromium"
    return "Install Chromium or Google Chrome, or name one: AUTOMATE_BROWSER=/path/to/chromium make test"


def main() -> None:
    """See the module's docstring."""
    if find_browser() is None and may_install():
        print("Installing Debian's chromium for the Studio's tests (about 30 s) …", flush=True)
        problem = install()
        if problem is not None:
            print(f"It could not be installed: {problem}")
    found = find_browser()
    if found is None:
        print(f"There is no browser here: the Studio's browser tests are skipped. {advice()}", flush=True)
    else:
        print(f"The Studio's browser tests use {found}", flush=True)


if __name__ == "__main__":
    main()
