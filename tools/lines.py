"""Count the code of two commits: ``python -m tools.lines BEFORE AFTER [--modules | --files] [--depth N] [--json]``.

A line counts when it holds code: blanks, comments, docstrings, tests and made files do not (`tools.code_files`). With
--modules the table says how many modules each folder itself holds, instead of the lines in it and below; with --files
it has the lines of each file that differs.

- Python is read by its own tokenizer: a line counts when a token other than a comment or a docstring stands on it.
  Every string that is a statement by itself is a docstring, also one below a constant.
- Everything else is read by a simple rule: a line counts unless it is blank, begins with ``//``, or lies in a comment
  that begins its line (``/* … */``, or ``{/* … */}`` as JSX has it). So ``/*`` in the middle of a line, or of a text,
  opens nothing.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import subprocess
import sys
import tarfile
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tools.code_files import is_code, is_made, is_module

ROOT = Path(__file__).parents[1]

_NO_CODE = frozenset({
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER,
})


def python_lines(text: str) -> int:
    """How many lines of the Python source hold code. Raises SyntaxError where it is none."""
    docstrings = {
        (node.value.lineno, node.value.col_offset) for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    written = {number for number, line in enumerate(text.splitlines(), 1) if line.strip()}
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE and token.start not in docstrings:
            held.update(range(token.start[0], token.end[0] + 1))
    return len(held & written)


def other_lines(text: str) -> int:
    """How many lines of TypeScript, JavaScript or CSS hold code."""
    count = 0
    inside = False
    for line in map(str.strip, text.splitlines()):
        opens = line.removeprefix("{").startswith("/*")
        if inside or opens:
            _, closed, rest = line.partition("*/")
            inside = not closed
            count += rest.strip() not in ("", "}")
        else:
            count += line != "" and not line.startswith("//")
    return count


def code(commit: str) -> Iterator[tuple[str, str]]:
    """Path and text of each file of code of the commit. Raises CalledProcessError where git does not know it."""
    command = ["git", "archive", "--format=tar", commit]
    archive = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            content = files.extractfile(member) if member.isfile() and is_code(member.name) else None
            text = content.read().decode() if content else ""
            if content and not is_made(text):
                yield member.name, text


def lines(commit: str, depth: int | None) -> Counter[str]:
    """The code lines of the commit by folder, folders deeper than `depth` together; without `depth` by file."""
    counted: Counter[str] = Counter()
    for path, text in code(commit):
        place = path if depth is None else "/".join(PurePosixPath(path).parent.parts[:depth]) or "."
        counted[place] += python_lines(text) if path.endswith(".py") else other_lines(text)
    return counted


def modules(commit: str) -> Counter[str]:
    """How many modules each folder of the commit itself holds."""
    return Counter(PurePosixPath(path).parent.as_posix() for path, _ in code(commit) if is_module(path))


def table(before: Counter[str], after: Counter[str], names: tuple[str, str], *, differing: bool = False) -> str:
    """Both counts and their difference by folder, or of those `differing` alone, with the sums last."""
    rows = [("folder", *names, "change")]
    rows += [
        (folder, f"{before[folder]:,}", f"{after[folder]:,}", f"{after[folder] - before[folder]:+,}")
        for folder in sorted(before | after) if not differing or before[folder] != after[folder]
    ]
    rows.append(("in all", f"{before.total():,}", f"{after.total():,}", f"{after.total() - before.total():+,}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    first, *others = widths
    return "\n".join(
        "  ".join([folder.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, others, strict=True))])
        for folder, *cells in rows
    )


def main(arguments: list[str]) -> int:
    """Print the table; the status of the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.lines", description="Count the code of two commits.")
    parser.add_argument("before", help="a commit")
    parser.add_argument("after", help="a commit")
    parser.add_argument("--modules", action="store_true", help="count the modules of each folder, not the lines")
    parser.add_argument("--files", action="store_true", help="count the lines of each file that differs")
    parser.add_argument("--depth", type=int, default=2, help="count lines of deeper folders together (2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args(arguments)
    names = (asked.before, asked.after)
    try:
        depth = None if asked.files else asked.depth
        before, after = ((modules(name) if asked.modules else lines(name, depth)) for name in names)
    except subprocess.CalledProcessError as problem:
        return int(problem.returncode)  # git has said why
    if asked.json:
        print(json.dumps({"before": before, "after": after}, indent=2, sort_keys=True))
    else:
        print(table(before, after, names, differing=asked.files))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
