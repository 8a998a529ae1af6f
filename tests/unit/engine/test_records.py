"""engine.records: what the library's dataclasses do, except that nothing is checked when a field is assigned."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import records
from tests.support import cold


def made(dataclass):
    """The same two classes by each decorator."""

    @dataclass(frozen=True, slots=True)
    class Item:
        name: str
        price: float = 1.5
        tags: tuple = ()
        note: object = dataclasses.field(default=None, compare=False, repr=False)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Sold(Item):
        buyer: str

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """No fields."""

    return Item, Sold, Nothing


OURS, THEIRS = made(records.dataclass), made(dataclasses.dataclass)
items = st.tuples(st.text(max_size=2), st.sampled_from([0.0, 1, 1.5]), st.sampled_from([(), (1,)]), st.integers(0, 1))


@given(items, items)
def test_equality_hash_and_repr_are_the_librarys(first, second):
    ours, theirs = [OURS[0](*each) for each in (first, second)], [THEIRS[0](*each) for each in (first, second)]
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert (hash(ours[0]) == hash(ours[1])) == (hash(theirs[0]) == hash(theirs[1]))
    assert repr(ours[0]) == repr(theirs[0])
    assert OURS[1](*first, buyer="b") == OURS[1](*first, buyer="b") != ours[0]
    assert ours[0] != theirs[0]


def test_the_librarys_functions_know_them():
    ours, theirs = OURS[0]("a", tags=(1,)), THEIRS[0]("a", tags=(1,))
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert dataclasses.replace(ours, name="b") == OURS[0]("b", tags=(1,))
    assert [item.name for item in dataclasses.fields(OURS[1])] == [item.name for item in dataclasses.fields(THEIRS[1])]
    assert OURS[0].__match_args__ == THEIRS[0].__match_args__
    assert copy.deepcopy(ours) == ours
    assert OURS[2]() == OURS[2]() != ours
    assert hash(OURS[2]()) == hash(OURS[2]())
    assert repr(OURS[2]()) == repr(THEIRS[2]())
    with pytest.raises(TypeError):
        OURS[1]("a")
    with pytest.raises((AttributeError, TypeError)):  # cold: the library's __setattr__ speaks first
        ours.unknown = 1


@records.dataclass(frozen=True, slots=True)
class AtTheTop:
    """Found by its name when it is unpickled."""

    value: int


def test_they_can_be_pickled():
    assert pickle.loads(pickle.dumps(AtTheTop(3))) == AtTheTop(3)  # noqa: S301  our own


def test_other_kinds_are_the_librarys_own():
    @records.dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        number: int

    assert sorted([Ordered(2), Ordered(1)]) == [Ordered(1), Ordered(2)]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Ordered(1).number = 2

    @records.dataclass(slots=True)
    class Open:
        number: int

    assert Open.__hash__ is None


@pytest.mark.skipif(not cold.COLD, reason="cold mode checks what mypy knows")
def test_cold_mode_checks():
    with pytest.raises(dataclasses.FrozenInstanceError):
        AtTheTop(3).value = 4


@pytest.mark.skipif(cold.COLD, reason="cold mode has the library's own")
def test_the_library_makes_nothing_of_a_class_before_somebody_asks():
    code = """if True:
        import dataclasses
        made, own = [], dataclasses._process_class
        dataclasses._process_class = lambda cls, *given, **more: made.append(cls.__name__) or own(cls, *given, **more)
        from typing import ClassVar
        from engine.records import dataclass
        @dataclass(frozen=True, slots=True)
        class Base:
            kind: ClassVar[str] = "base"
            name: str
        @dataclass(frozen=True, slots=True)
        class Item(Base):
            tags: list[str] = dataclasses.field(default_factory=list)
            def __post_init__(self):
                self.tags.append("made")
        assert made == [] and Base.kind == "base" and Item.__slots__ == ("tags",)
        one = object.__new__(Item)
        one.name, one.tags = "n", ["made"]
        assert one == Item("n") and made == ["Item", "Base"]
        assert not hasattr(one, "__dict__") and repr(one).endswith("Item(name='n', tags=['made'])")
        match one:
            case Item(name, ["made"]):
                assert name == "n"
    """
    subprocess.run([sys.executable, "-c", "from __future__ import annotations\n" + code], check=True)
