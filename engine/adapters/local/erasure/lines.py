"""Lines of files that name an execution or an actor, blanked where they stand.

Others append to the same file meanwhile, so no file is written anew: the bytes of a line become spaces, and its end
stays. Whoever reads such a file passes over a line that is no record.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from engine.adapters.local.privacy import done_to

_AT_ONCE = 200
"""Ids in one expression."""


def blank(paths: Iterable[Path], ids: Sequence[str]) -> int:
    """Blank the lines of `paths` that name one of `ids`, or what was made of it (``id~…``); how many. A name that is no
    execution's id is no part of a longer word. Raises StoreUnavailable."""
    patterns = [_pattern(ids[start : start + _AT_ONCE]) for start in range(0, len(ids), _AT_ONCE)]
    return sum(_blank(path, patterns) for path in paths)


def _blank(path: Path, patterns: Sequence[re.Pattern[bytes]]) -> int:
    try:
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:  # rotated away: it is looked at under its new name
        return 0
    count = 0
    with done_to(path), os.fdopen(handle, "r+b", buffering=0) as file:
        data, at = file.readall(), 0
        for line in data.splitlines(keepends=True):
            text = line.rstrip(b"\r\n")
            if any(pattern.search(text) for pattern in patterns):
                os.pwrite(file.fileno(), b" " * len(text), at)
                count += 1
            at += len(line)
        if count:
            os.fsync(file.fileno())
    return count


def _pattern(ids: Sequence[str]) -> re.Pattern[bytes]:
    """An id as it stands in JSON, with what is not ASCII escaped or not, and in an address; not as the beginning of
    another's."""
    forms: set[bytes] = set()
    for one in ids:
        begins = b"" if ":" in one else rb"(?<![A-Za-z0-9_.@+-])"
        texts = [json.dumps(one, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True)]
        written = [text.encode("utf-8", "surrogatepass") for text in [*texts, quote(one, safe="", errors="replace")]]
        forms |= {begins + re.escape(text) for text in written}
    return re.compile(b"(?:" + b"|".join(sorted(forms)) + rb")(?![A-Za-z0-9_-])")
