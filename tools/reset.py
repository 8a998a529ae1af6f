"""Delete a data folder, after saying what goes: ``reset.py FOLDER``. What `make reset` runs.

Refuses a folder that does not look like a data folder, and one that a live process works on.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from engine.adapters.local.processes import Processes
from engine.adapters.local.stores import DATABASE

SIGNS = (DATABASE, "secrets.json", "locks")
"""What tells a data folder from any other."""


def reset(folder: Path) -> str:
    """Delete `folder`; what was done, in a sentence. Raises SystemExit with the reason where that is refused."""
    if not folder.exists():
        return f"{folder} does not exist: nothing to delete."
    if not folder.is_dir() or not any((folder / sign).exists() for sign in SIGNS):
        raise SystemExit(f"{folder} is not a data folder of Automate (no {DATABASE} in it): nothing was deleted.")
    mine = Processes(folder / "locks", "make reset")
    try:
        others = mine.others()
    finally:
        mine.close()
    if others:
        raise SystemExit(f"{folder} is in use by {', '.join(map(str, others))}: stop it first. Nothing was deleted.")
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    has_secrets = (folder / "secrets.json").exists()
    kept = "workflows, executions and stored secrets" if has_secrets else "workflows and executions"
    print(f"Deleting {folder.resolve()}: all {kept} in it ({len(files)} files, {size:.1f} MB) …", flush=True)
    shutil.rmtree(folder)
    return "Deleted."


if __name__ == "__main__":
    print(reset(Path(sys.argv[1])))
