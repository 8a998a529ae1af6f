"""What a state machine is called here: AWS allows characters in its names that a workflow's name has not."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from engine.catalog.document import NAME_PATTERN
from engine.conversion.found import name_of

LONGEST = 80
_DIGEST = 6


def workflow_names(machines: Iterable[str]) -> dict[str, str]:
    """Each machine's name → the workflow's, no two alike.

    A name that fits is kept. Of others each unfit character becomes _; where that is another machine's name, it ends in
    six characters of a digest of its own.
    """
    names = list(machines)
    wanted = {name: name if re.fullmatch(NAME_PATTERN, name) else name_of(name) for name in names}
    taken = Counter(wanted.values())
    return {
        name: fit if fit == name or taken[fit] == 1 else _told_apart(name, fit) for name, fit in wanted.items()
    }


def _told_apart(name: str, fit: str) -> str:
    return f"{fit[:LONGEST - _DIGEST - 1]}-{hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]}"
