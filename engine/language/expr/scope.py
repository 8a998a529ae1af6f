"""What an expression sees while one field of one state is evaluated, and the only randomness it may use.

A Scope is made for each step of a state's data flow, so it is cheap: slots, no copies, and the context object is
built only when an expression asks for it. Time and seed come from the stimulus; two evaluations of the same stimulus
therefore give the same values, and two calls of `States.UUID` within one state still differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

Json = Any

_NOTHING: Final[Mapping[str, Json]] = {}


class _Absent(Enum):
    ABSENT = "absent"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent.ABSENT
"""No value at all, which JSON's null is not."""


class Scope:
    """The values in reach of an expression.

    `context` is the context object or a function that makes it (called at most once). `at` is the stimulus's time in
    seconds since the epoch. `seed` and `place` (frame path, visit) feed `random_bytes`.
    """

    __slots__ = ("_calls", "_context", "at", "error_output", "input", "place", "result", "seed", "variables")

    def __init__(
        self,
        input: Json = None,  # noqa: A002 - the state's input is named so in every expression ($states.input)
        context: Mapping[str, Json] | Callable[[], Mapping[str, Json]] = _NOTHING,
        variables: Mapping[str, Json] = _NOTHING,
        result: Json = ABSENT,
        error_output: Json = ABSENT,
        at: float = 0.0,
        seed: int = 0,
        place: tuple[Any, ...] = (),
    ) -> None:
        self.input = input
        self._context = context
        self.variables = variables
        self.result = result
        self.error_output = error_output
        self.at = at
        self.seed = seed
        self.place = place
        self._calls = 0

    @property
    def context(self) -> Mapping[str, Json]:
        """The context object (``$$``, ``$states.context``)."""
        made = self._context
        if callable(made):
            made = made()
            self._context = made
        return made

    @context.setter
    def context(self, value: Mapping[str, Json] | Callable[[], Mapping[str, Json]]) -> None:
        self._context = value

    @property
    def drawn(self) -> int:
        """How many random values were drawn."""
        return self._calls

    def rewind(self, drawn: int) -> None:
        """Draw again what came after so many: an evaluation that runs again gives the same values."""
        self._calls = drawn

    def random_bytes(self, field: str | None) -> bytes:
        """32 bytes that depend on the seed, the place, the field and how many calls this scope has answered."""
        self._calls += 1
        text = f"{self.seed}|{self.place!r}|{field or ''}|{self._calls}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    def random_seed(self, field: str | None) -> int:
        """A 63-bit number from `random_bytes`."""
        return int.from_bytes(self.random_bytes(field)[:8]) >> 1

    def random_fraction(self, field: str | None) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        return (int.from_bytes(self.random_bytes(field)[:8]) >> 11) / (1 << 53)

    def uuid(self, field: str | None) -> str:
        """A UUID of version 4, as text."""
        return _uuid4(self.random_bytes(field))


def _uuid4(random: bytes) -> str:
    digits = bytearray(random[:16])
    digits[6] = (digits[6] & 0x0F) | 0x40
    digits[8] = (digits[8] & 0x3F) | 0x80
    text = digits.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
