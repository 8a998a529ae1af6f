"""The list of what was erased: what is said of one that is damaged, and what is written behind a torn line."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from engine.adapters.local.erasure.erased_list import ERASED, ErasedList
from engine.clock import SkipClock
from engine.errors import StoreCorrupt
from engine.ports.journal import row_of
from engine.ports.keys import ExecutionKey
from engine.settings import Settings
from functions.server.product import Product
from tests.support.backends import open_local
from tests.support.records import a_header

ONE, TWO, THREE = (ExecutionKey("default", f"orders:{number}") for number in range(3))


@pytest.fixture
def kept(tmp_path):
    """A list with two entries, and its file."""
    found = ErasedList(tmp_path)
    found.add([ONE], 1.0)
    found.add([TWO], 2.0)
    return found, tmp_path / ERASED


def listed(found):
    return {digest for digest, _ in found.entries()}


def test_a_list_that_is_whole_or_not_there_is_not_damaged(kept, tmp_path):
    assert kept[0].damage() is None
    assert ErasedList(tmp_path / "elsewhere").damage() is None


@pytest.mark.parametrize(("left", "says"), [(0, "it is empty"), (-1, "torn"), (-40, "torn"), (20, "torn")])
def test_one_that_is_empty_or_torn_says_so(kept, left, says):
    found, file = kept
    file.write_bytes(file.read_bytes()[:left])
    assert f"{file}: " in found.damage()
    assert says in found.damage()


@pytest.mark.parametrize("line", [
    b"", b"{}", b"[]", b"\x00" * 40, b'{"at":"2026-01-02T03:04:05.678901Z","digest":"12"}',
    b'{"at":"yesterday","digest":"' + b"a" * 64 + b'"}',
])
def test_one_with_a_line_that_is_no_entry_says_which(kept, line):
    found, file = kept
    first, _, *rest = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([first, line + b"\n", *rest]))
    assert found.damage() == f"{file}: line 2 is no entry, so what it named comes back with an older database"
    assert listed(found) - {"12"} == {found.digest(TWO)}


def test_a_list_of_executions_and_actors_is_whole(kept):
    kept[0].add_actors(["~" + "0a" * 12], 3.25)
    assert kept[0].damage() is None


@pytest.mark.parametrize("left", [-1, -40])
def test_what_is_written_behind_a_torn_line_is_read(kept, left):
    found, file = kept
    file.write_bytes(file.read_bytes()[:left])
    found.add([THREE], 3.0)
    assert found.damage() is None
    assert listed(found) == {found.digest(ONE), found.digest(THREE)}


@pytest.mark.parametrize("add", [
    lambda found: found.add([ONE], 1.0), lambda found: found.add_actors(["~a"], 1.0), lambda found: found.digest(ONE),
])
def test_one_whose_key_is_torn_is_refused_and_stays(tmp_path, add):
    (tmp_path / ERASED).write_bytes(b'{"key": "12')
    with pytest.raises(StoreCorrupt, match="does not begin with its key"):
        add(ErasedList(tmp_path))
    assert (tmp_path / ERASED).read_bytes() == b'{"key": "12'


@pytest.mark.parametrize("text", [b"", b'{"key": "12'])
def test_a_folder_that_is_opened_warns_of_it_with_what_to_do(tmp_path, caplog, text):
    settings = Settings(data_dir=str(tmp_path))
    Product.open(settings, command="a test", environment={}).close()
    (tmp_path / ERASED).write_bytes(text)
    with caplog.at_level(logging.WARNING):
        try:
            Product.open(settings, command="a test", environment={}).close()
        except StoreCorrupt:
            assert text
    assert ERASED in caplog.text
    assert "Copy the newest list that there is into its place." in caplog.text


def test_a_whole_list_is_read_after_a_damaged_one_that_was_as_long(tmp_path):
    stores = open_local(tmp_path, SkipClock())
    header = replace(a_header(ONE), started_at=0.5)
    stores.journal.create(header, b"{}", row_of(header))
    ErasedList(tmp_path).add([ONE], 1.0)
    file = tmp_path / ERASED
    whole = file.read_bytes()
    file.write_bytes(whole[:-40] + b" " * 39 + b"\n")
    assert [*stores.erasure.forgotten("default")] == []
    file.write_bytes(whole)
    assert [*stores.erasure.forgotten("default")] == [ONE]
    assert [*stores.erasure.forgotten("default")] == []
    stores.close()
