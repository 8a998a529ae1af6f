"""Whether the code is laid out as CONTRIBUTING.md asks: ``python -m tools.house``, a part of ``make lint``.

- Nothing stands at the top level that has no place there.
- No folder holds more than 25 modules.
- No modules import each other in a circle, in Python or in the Studio. An import for types only counts: who reads the
  one has to read the other.

The status is 1 where something is amiss.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import grimp

from tools.code_files import is_module

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "connectors", "automate_connectors", "functions", "infra_cdk", "tools")
STUDIO = "studio_static/src"
FOLDERS = (*PACKAGES, STUDIO)

TOP_LEVEL = frozenset({
    *PACKAGES, "benchmarks", "docs", "studio_static", "tests", "workflows",
    ".cfnlintrc", ".ci", ".gitignore", ".npmrc", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md",
    "SECURITY.md", "cdk.json", "mkdocs.yml", "package-lock.json", "package.json", "pyproject.toml", "setup.py",
})
"""What stands at the top level. Lists, notes and scratch files of somebody's work are no part of the project."""

MOST_MODULES = 25

_RELATIVE = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']*)["']""")
_ENDINGS = ("", ".ts", ".tsx", "/index.ts", "/index.tsx")


def tracked(root: Path) -> list[str]:
    """The paths that git knows below `root`; none where it knows nothing, as in an archive, or is not there."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return []
    command = [git, "ls-files", "-z"]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return [path for path in said.stdout.split("\0") if path]


def misplaced(paths: Iterable[str]) -> list[str]:
    """The names at the top level of these paths that have no place there."""
    return sorted({path.partition("/")[0] for path in paths} - TOP_LEVEL)


def crowded(root: Path, folders: tuple[str, ...] = FOLDERS) -> dict[str, int]:
    """The folders under `root` that hold too many modules, each with how many."""
    paths = (path.relative_to(root) for folder in folders for path in (root / folder).rglob("*"))
    held = Counter(path.parent.as_posix() for path in paths if is_module(path.as_posix()))
    return {folder: count for folder, count in sorted(held.items()) if count > MOST_MODULES}


def python_imports(packages: tuple[str, ...] = PACKAGES) -> grimp.ImportGraph:
    """Who imports whom among the modules of the packages."""
    return grimp.build_graph(*packages, exclude_type_checking_imports=False, cache_dir=None)


def studio_imports(folder: Path) -> grimp.ImportGraph:
    """Who imports whom among the TypeScript modules below `folder`, by the relative paths that they name."""
    graph = grimp.ImportGraph()
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*") if is_module(path.as_posix())
    }
    for module in texts:
        graph.add_module(module)
    for module, text in texts.items():
        for said in _RELATIVE.findall(text):
            meant = os.path.normpath(Path(module).parent / said)
            for imported in texts.keys() & {meant + end for end in _ENDINGS}:
                graph.add_import(importer=module, imported=imported)
    return graph


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Each set of modules that import each other in a circle, as one way around it: the first module ends it too."""
    knots = (
        (graph.find_upstream_modules(module) & graph.find_downstream_modules(module)) | {module}
        for module in graph.modules
    )
    return [_around(graph, first) for first in sorted({min(knot) for knot in knots if len(knot) > 1})]


def _around(graph: grimp.ImportGraph, first: str) -> list[str]:
    """A shortest way from `first` back to itself."""
    ways = (graph.find_shortest_chain(module, first) for module in graph.find_modules_directly_imported_by(first))
    return [first, *min((way for way in ways if way), key=lambda way: (len(way), way))]


def problems(stray: list[str], full: dict[str, int], tied: list[list[str]]) -> list[str]:
    """What is amiss, in words."""
    return [
        *(f"{name} has no place at the top level: delete it, or name it in tools/house.py." for name in stray),
        *(f"{folder} holds {count} modules, more than {MOST_MODULES}: make folders of what belongs together."
          for folder, count in full.items()),
        *(f"These modules import each other in a circle: {' -> '.join(way)}. Move what both need below them."
          for way in tied),
    ]


def main() -> int:
    """Print what is amiss; the status of the command."""
    tied = circles(python_imports()) + circles(studio_imports(ROOT / STUDIO))
    found = problems(misplaced(tracked(ROOT)), crowded(ROOT), tied)
    for each in found:
        print(each, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
