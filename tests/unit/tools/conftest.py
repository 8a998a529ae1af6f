"""A checkout with nothing but tools/, and a PATH that holds only what a test puts there."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import patience

ROOT = Path(__file__).resolve().parents[3]
POSIX_COMMANDS = ("cat", "dirname", "mkdir", "rm", "sh", "chmod")


@dataclass(frozen=True)
class Machine:
    """A made-up machine: `root` is the checkout, `bin` the only folder on PATH."""

    root: Path
    bin: Path

    def command(self, name: str, script: str) -> Path:
        """Put a shell script on PATH."""
        path = self.bin / name
        path.unlink(missing_ok=True)  # it may be a link to the real command
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def python(self, name: str, answer: str) -> Path:
        """An interpreter that answers the probe with `answer` and makes environments whose python notes its calls."""
        made = '#!/bin/sh\\necho "$@" >>"$(dirname "$0")/../calls"\\n'
        return self.command(name, f"""
case "$1" in
  -c) echo "{answer}" ;;
  -m) mkdir -p "$3/bin"; printf '{made}' >"$3/bin/python"; chmod +x "$3/bin/python"; echo {name} >"$3/made-by" ;;
esac""")

    def real_python(self, name: str) -> Path:
        """The interpreter that runs the tests, under another name."""
        return self.command(name, f'exec "{sys.executable}" "$@"')

    def bootstrap(self, *extras: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run tools/bootstrap.sh on this machine."""
        bash = shutil.which("bash")
        assert bash is not None
        return subprocess.run(
            [bash, str(self.root / "tools" / "bootstrap.sh"), *extras], check=False, capture_output=True, text=True,
            env={"PATH": str(self.bin), "HOME": str(self.root), **environment}, timeout=patience.SECONDS,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root, folder = tmp_path / "checkout", tmp_path / "bin"
    (root / "tools").mkdir(parents=True)
    folder.mkdir()
    for name in ("bootstrap.sh", "install.py"):
        shutil.copy(ROOT / "tools" / name, root / "tools" / name)
    shutil.copy(ROOT / "pyproject.toml", root / "pyproject.toml")
    for name in POSIX_COMMANDS:
        where = shutil.which(name)
        assert where is not None
        (folder / name).symlink_to(where)
    made = Machine(root, folder)
    made.command("uname", "echo Linux")
    return made
