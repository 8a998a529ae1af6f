"""Write infra_cdk/lambda-requirements.lock: every package of the functions' layer, pinned and with hashes.

Hashes make the layer the same bytes wherever it is built: pip refuses a file that differs. chalice is locked without
its dependencies: the functions import its app module alone, which needs none of them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "infra_cdk"
PYTHON, PLATFORM = "3.13", "aarch64-manylinux_2_28"
CHALICE = "chalice>=1.34,<2"
HEAD = "# Made by `make lock` from lambda-requirements.in: edit that, not this.\n"


def compiled(requirements: Path, *options: str) -> str:
    """What uv resolves `requirements` to, without any index in it."""
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-annotate",
        "--no-emit-index-url", f"--python-version={PYTHON}", f"--python-platform={PLATFORM}", *options,
        str(requirements),
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Resolve both and write them as one file."""
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "chalice.in"
        alone.write_text(CHALICE + "\n", encoding="ascii")
        text = compiled(FOLDER / "lambda-requirements.in") + compiled(alone, "--no-deps")
    (FOLDER / "lambda-requirements.lock").write_text(HEAD + text, encoding="ascii")
    print(f"{text.count('==')} packages in infra_cdk/lambda-requirements.lock")


if __name__ == "__main__":
    main()
