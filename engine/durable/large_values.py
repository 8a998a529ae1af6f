"""Large values, each written once: in the first segment since the newest checkpoint that has it.

    segment 4, a checkpoint    has the values a and b     its body holds both
    segment 5                  has a and c                its body holds c, and that a is in segment 4
    segment 6, a checkpoint    has a and c                its body holds both

Nothing refers back over a checkpoint. So who loads an execution finds each value in what is loaded anyway, and what
deletes an execution deletes its values. In memory a value is known again by its identity, which costs nothing: a state
hands on what it was given, and a body that is read gives one object for all places of a value. Else it is known by the
digest of its JSON.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.durable.body_json import dumps
from engine.errors import StoreCorrupt
from engine.records import dataclass

Json = Any

MOST_VALUE_BYTES = 8 * 1024
"""A value of more JSON is large."""


_NOTHING: tuple[Sequence[Known], bool] = (), False
_NOTHING_WHOLE: tuple[Sequence[Known], bool] = (), True
"""What a segment has that is too small for large values."""


@dataclass(frozen=True, slots=True)
class Known:
    """A large value, its size as JSON, and the number of the segment whose body holds it; None where nobody may refer
    to that."""

    value: Json
    size: int
    digest: str
    seq: int | None = None


class Values:
    """Those of the segments of one execution that are read, one after the other. `held_by` gives what the body of an
    earlier segment holds, by its number: without it all segments since a checkpoint have to be read."""

    def __init__(self, held_by: Callable[[int], Mapping[str, Json]] | None = None) -> None:
        self._held_by = held_by
        self._known: dict[str, Known] = {}
        self._read: dict[int, Mapping[str, Json]] = {}

    def known(self) -> Iterable[Known]:
        """Those since the newest checkpoint."""
        return self._known.values()

    def of(self, table: Sequence[Sequence[Json]], held: Mapping[str, Json], *, whole: bool) -> list[Json]:
        """The values of a segment's `table` (engine.durable.outline), whose body holds those in `held`, by digest;
        `whole`: it is a checkpoint. Raises StoreCorrupt."""
        if whole:
            self._known, self._read = {}, {}
        found: list[Json] = []
        for size, digest, *seq in table:
            if digest in held:
                self._known[digest] = Known(held[digest], size, digest, *seq)
            elif digest not in self._known:
                self._known[digest] = Known(self._earlier(digest, *seq), size, digest, *seq)
            found.append(self._known[digest].value)
        return found

    def _earlier(self, digest: str, seq: int) -> Json:
        if self._held_by is None:
            raise StoreCorrupt(f"a large value of a segment is in segment {seq}, which was not read")
        if seq not in self._read:
            self._read[seq] = self._held_by(seq)
        if digest not in self._read[seq]:
            raise StoreCorrupt(f"a large value is not in segment {seq}, where it was written")
        return self._read[seq][digest]


class Written:
    """Those that the segments of one execution hold, since the newest checkpoint and in the change that is not
    committed. `known` are those that were read, `seq` is the number of the next segment; None: nobody is to refer to
    what it holds. `met_some`: what comes next may well have a large value."""

    def __init__(self, known: Iterable[Known] = (), seq: int | None = None) -> None:
        self.seq = seq
        self._held = {each.digest: each.seq for each in known if each.seq is not None}
        self._met = {id(each.value): each for each in known}  # which keeps each, so that its id is no other's
        self._now: dict[int, Known] = {}
        self._texts: dict[str, bytes] = {}
        self._last: tuple[Sequence[Known], bool] = _NOTHING
        self.met_some = bool(self._met)

    def met(self, value: Json) -> Known | None:
        """`value`, where it was met before as a large one. It is not looked into."""
        place = id(value)
        found = self._now.get(place)
        if found is None:
            found = self._met.get(place)
            if found is not None:
                self._now[place] = found
        return found

    def large(self, value: Json) -> Known | None:
        """`value`, where it is large."""
        text = dumps(value)
        if len(text) <= MOST_VALUE_BYTES:
            return None
        digest = hashlib.sha256(text).hexdigest()
        found = self._now[id(value)] = Known(value, len(text), digest)
        self.met_some = True
        if digest not in self._held:
            self._texts[digest] = text
        return found

    def adds(self, known: Known) -> bool:
        """Whether the next segment holds it, for no earlier one does."""
        return known.digest not in self._held

    def table(self, used: Sequence[Known], *, whole: bool) -> tuple[list[list[Json]], list[Known]]:
        """The table of the next segment, which has `used`, and those of them that its body holds: all where it is a
        checkpoint."""
        self._last = used, whole
        held = {} if whole else self._held
        own = [] if self.seq is None else [self.seq]
        return [
            [each.size, each.digest, *([held[each.digest]] if each.digest in held else own)] for each in used
        ], [each for each in used if each.digest not in held]

    def text(self, known: Known) -> bytes:
        """Its JSON."""
        return self._texts.get(known.digest) or dumps(known.value)

    def not_searched(self, *, whole: bool) -> None:
        """The next segment is too small for large values."""
        self._last = _NOTHING_WHOLE if whole else _NOTHING

    def committed(self) -> None:
        """The segment that was encoded last is durable. What it did not have is not kept."""
        used, whole = self._last
        if whole and self._held:
            self._held = {}
        if self.seq is not None:
            for each in used:
                self._held.setdefault(each.digest, self.seq)
            self.seq += 1
        if self.met_some:
            self._met, self._now, self._texts = self._now, {}, {}
            self.met_some = bool(self._met)
        self._last = _NOTHING
