"""What pyproject.toml cannot say: what is built names the release and commit that it was built from."""

import sys
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))  # a build front end runs this file from elsewhere

from functions.app import release  # noqa: E402 - see above


def _name(root: str) -> None:
    """Write into the packages under `root` which release they are."""
    (Path(root) / release.FILE).write_text(release.of_folder(ROOT).as_json(), encoding="utf-8")


class BuildPy(build_py):
    """Packages for a wheel. An editable installation stays the checkout that it is."""

    def run(self) -> None:
        """Copy the packages, and name their release."""
        super().run()
        if not self.editable_mode:
            _name(self.build_lib)


class Sdist(sdist):
    """An archive of the sources: it has no .git."""

    def make_release_tree(self, base_dir: str, files: Any) -> None:
        """Copy the sources, and name their release."""
        super().make_release_tree(base_dir, files)
        _name(base_dir)


setup(cmdclass={"build_py": BuildPy, "sdist": Sdist})
