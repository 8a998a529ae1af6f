"""Half of a surrogate pair: a code point that JSON's escapes can write and no text, store or terminal can hold."""

from __future__ import annotations

import re

HALF = re.compile("[\ud800-\udfff]")
ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape in JSON text that may be one half, or part of a whole pair."""

HALF_A_PAIR = "holds half of a surrogate pair, which is no character"
"""What is said of a text in which one is."""
