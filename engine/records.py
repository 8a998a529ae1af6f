"""`dataclass`, as `dataclasses` has it, for the facts that the engine is made of, at a third of its price.

A worker imports more than a hundred frozen dataclasses, and makes some of them for each event. The library writes and
compiles six methods for each class, and a frozen one sets each field through ``object.__setattr__``. Here a class that
is ``frozen=True, slots=True`` gets only its ``__init__`` from the library; equality, hash and repr are closures over
its fields. That it is frozen mypy knows, to which this is the library's own name; at run time nobody asks again, except
in the tests' cold mode, which puts the library's own in this one's place (tests/support/cold.py).

benchmarks/cold_start.py and benchmarks/run.py have the figures.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """`dataclasses.dataclass`; only one that is frozen, with slots, and nothing else but kw_only is made here."""
        others = options.keys() - {"frozen", "slots", "kw_only"}
        if others or not (options.get("frozen") and options.get("slots")):
            return dataclasses.dataclass(cls, **options)
        kw_only = options.get("kw_only", False)

        def make(cls: type) -> type:
            return _with_methods(dataclasses.dataclass(cls, slots=True, kw_only=kw_only, repr=False, eq=False))

        return make if cls is None else make(cls)


def _with_methods(cls: Any) -> Any:
    fields = dataclasses.fields(cls)
    compared = _values_of([item.name for item in fields if item.compare])
    shown = [item.name for item in fields if item.repr]
    own = vars(cls)

    def equal(self: Any, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(compared(self))

    def represented(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in shown])})"

    for name, method in (("__eq__", equal), ("__hash__", hashed), ("__repr__", represented)):
        if name not in own:
            setattr(cls, name, method)
    return cls


def _values_of(names: list[str]) -> Any:
    """An object's `names`, as something that can be compared and hashed."""
    return attrgetter(*names) if names else lambda _: ()
