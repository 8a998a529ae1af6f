"""The standard streams and arguments as the command line needs them, whatever its caller made of them.

- Closed (``>&-``): written into the void, as the caller wishes. Without a stream, the next file that is opened would
  get its number, and be written to by whoever means the terminal.
- An encoding other than UTF-8 (PYTHONIOENCODING): a character that it lacks is written as an escape.
- Full (``>/dev/full``): an error with its own exit status, told once. Python would try again when it ends.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import InvalidDocument

_VOID = Path(os.devnull)
_NOT_WRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})


def prepare() -> None:
    """Make the three streams ones that can be used. In the order of their numbers: a new one gets the lowest."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _VOID.open("r" if name == "stdin" else "w", encoding="utf-8"))
        elif name != "stdin":
            stream.reconfigure(errors="backslashreplace")


def flush() -> None:
    """Write out what standard output still holds. Raises OSError where it does not take it."""
    sys.stdout.flush()


def abandon() -> None:
    """Let what standard output still holds go to the void, so that Python does not try to write it once more."""
    with suppress(io.UnsupportedOperation), _VOID.open("wb") as void:
        os.dup2(void.fileno(), sys.stdout.fileno())


def is_not_written(error: OSError) -> bool:
    """Whether `error` says that something could not be written: a full disk, a broken device, a closed stream."""
    return error.errno in _NOT_WRITTEN


def check_text(arguments: Sequence[str]) -> None:
    """Raise InvalidDocument for an argument that is not UTF-8: Python keeps its bytes as halves of surrogate pairs,
    which no name, value or store can hold."""
    for number, argument in enumerate(arguments, 1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            shown = argument.encode(errors="backslashreplace").decode()
            raise InvalidDocument(
                f"argument {number} is not UTF-8 text: {shown}", where=f"argument {number}",
                advice="Write it in UTF-8; a file may also come from standard input, as -.",
            ) from None
