"""`dataclass`, as `dataclasses` has it, for the facts that the engine is made of, at a fraction of its price.

A process imports one to two hundred frozen dataclasses, and makes some of them for each event. The library writes and
compiles six methods for each class, and a frozen one sets each field through ``object.__setattr__``. Here a class that
is ``frozen=True, slots=True`` gets only its ``__init__`` from the library, and that once somebody makes one or asks for
its fields: most processes never do so of most classes. Equality, hash and repr are closures over its fields. That it is
frozen mypy knows, to which this is the library's own name; at run time nobody asks again, except in the tests' cold
mode, which puts the library's own in this one's place (tests/support/cold.py).

benchmarks/cold_start.py, benchmarks/commands.py and benchmarks/run.py have the figures.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
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
            if any(type(text) is not str or _OTHERS.search(text) for text in cls.__annotations__.values()):
                made = dataclasses.dataclass(cls, slots=True, kw_only=kw_only, repr=False, eq=False)
                return _with_methods(made, vars(made))
            return _slotted(cls, kw_only=kw_only)

        return make if cls is None else make(cls)


_OTHERS = re.compile(r"\b(?:KW_ONLY|InitVar)\b")
_CLASS_VARIABLE = re.compile(r"(?:\w+\.)?ClassVar\b")
_OF_THE_LIBRARY = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
_METHODS = ("__init__", "__eq__", "__hash__", "__repr__")


class _Late:
    """What the library says of a class, made when it is asked for."""

    def __init__(self, name: str, complete: Callable[[], Any]) -> None:
        self._name = name
        self._complete = complete

    def __get__(self, instance: object, owner: type) -> Any:
        return getattr(self._complete(), self._name)


def _slotted(cls: Any, *, kw_only: bool) -> Any:
    """The class with slots in the place of its fields. Whoever needs more than that completes it."""
    body = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    fields = [name for name, text in cls.__annotations__.items() if not _CLASS_VARIABLE.match(text)]
    known = {slot for base in cls.__mro__[1:] for slot in base.__dict__.get("__slots__", ())}
    slots = tuple(name for name in fields if name not in known)
    made: Any = type(cls)(cls.__name__, cls.__bases__, {
        **{name: value for name, value in body.items() if name not in fields}, "__slots__": slots,
    })
    made.__qualname__ = cls.__qualname__

    def complete() -> Any:
        """Twice by two threads does the same twice: each time the library is given a class of its own."""
        whole = dataclasses.dataclass(
            type(cls)(made.__name__, made.__bases__, dict(body)), kw_only=kw_only, repr=False, eq=False
        )
        for name in _OF_THE_LIBRARY:
            setattr(made, name, getattr(whole, name))
        _with_methods(made, body)
        made.__init__ = whole.__init__
        return made

    for name in _OF_THE_LIBRARY:
        setattr(made, name, _Late(name, complete))
    for name in _METHODS:
        if name == "__init__" or name not in body:
            setattr(made, name, _completing(name, complete))
    return made


def _completing(name: str, complete: Callable[[], Any]) -> Callable[..., Any]:
    """The method of a class that is complete once it was called."""

    def method(self: Any, *given: Any, **named: Any) -> Any:
        return getattr(complete(), name)(self, *given, **named)

    return method


def _with_methods(cls: Any, body: Mapping[str, Any]) -> Any:
    """`cls` with the methods that are not in the `body` that its author wrote."""
    fields = dataclasses.fields(cls)
    compared = _values_of([item.name for item in fields if item.compare])
    shown = [item.name for item in fields if item.repr]

    def equal(self: Any, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(compared(self))

    def represented(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in shown])})"

    for name, method in (("__eq__", equal), ("__hash__", hashed), ("__repr__", represented)):
        if name not in body:
            setattr(cls, name, method)
    return cls


def _values_of(names: list[str]) -> Any:
    """An object's `names`, as something that can be compared and hashed."""
    return attrgetter(*names) if names else lambda _: ()
