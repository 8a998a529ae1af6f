"""The snapshot schema that a data folder was made for: a new folder has the newest, without a confirmation."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from engine.adapters.local import database, schema
from engine.adapters.local.backup import back_up
from engine.adapters.local.stores import LocalStores
from engine.clock import SkipClock
from engine.errors import InvalidDocument, SchemaTooNew
from engine.kernel.snapshot import SCHEMA, UNCONFIRMED
from engine.settings import Settings

VERSION_0_2_0 = 7
"""The version of the tables of release 0.2.0, which reads snapshots of schema 3."""


def confirmed(folder, schema=0):
    """What a process finds confirmed that opens the folder with this setting."""
    stores = LocalStores.open(folder, replace(Settings(), snapshot_schema=schema), SkipClock(), command="a test")
    try:
        return stores.confirmed_schema
    finally:
        stores.close()


def made_by_0_2_0(folder):
    folder.mkdir()
    (folder / "locks").mkdir()
    with closing(sqlite3.connect(folder / "automate.db", isolation_level=None)) as connection:
        for statement in (each for statements in schema.MIGRATIONS[:VERSION_0_2_0] for each in statements):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION_0_2_0}")


def oldest_reader(folder):
    with closing(sqlite3.connect(folder / "automate.db")) as connection:
        return connection.execute("SELECT version FROM oldest_reader").fetchone()[0]


@pytest.mark.parametrize("setting", [0, SCHEMA])
def test_a_new_folder_is_made_for_the_newest_schema_and_keeps_it(folder, setting):
    assert [confirmed(folder, setting), confirmed(folder), confirmed(folder, UNCONFIRMED)] == [SCHEMA] * 3


def test_a_new_folder_may_be_made_for_the_release_before(folder):
    assert [confirmed(folder, UNCONFIRMED), confirmed(folder), confirmed(folder, SCHEMA)] == [0, 0, 0]
    assert oldest_reader(folder) == schema.OLDEST_READER


def test_a_folder_of_the_release_before_is_confirmed_by_its_owner_alone(folder):
    made_by_0_2_0(folder)
    assert [confirmed(folder), confirmed(folder)] == [0, 0]
    assert oldest_reader(folder) == schema.OLDEST_READER


def test_a_release_that_cannot_read_the_schema_refuses_the_folder_and_changes_nothing(folder, monkeypatch):
    confirmed(folder)
    before = (folder / "automate.db").read_bytes()
    monkeypatch.setattr(database, "VERSION", VERSION_0_2_0)
    with pytest.raises(SchemaTooNew, match=r"newer release .*Nothing was changed; use that release"):
        confirmed(folder)
    assert (folder / "automate.db").read_bytes() == before


def test_a_later_release_lets_in_nobody_who_was_not(folder, monkeypatch):
    confirmed(folder)
    refused = oldest_reader(folder)
    monkeypatch.setattr(database, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE thing (a TEXT) STRICT",)))
    monkeypatch.setattr(database, "VERSION", schema.VERSION + 1)
    assert confirmed(folder) == SCHEMA
    assert oldest_reader(folder) == refused == schema.VERSION


def test_a_schema_that_every_folder_is_written_in_is_no_confirmation(folder, monkeypatch):
    """Two releases later: the folder keeps up with what all are written in."""
    confirmed(folder)
    monkeypatch.setattr("engine.adapters.local.stores.UNCONFIRMED", SCHEMA)
    assert confirmed(folder) == 0


def test_a_schema_that_this_release_does_not_write_makes_no_folder(folder):
    with pytest.raises(InvalidDocument, match="not 99"):
        confirmed(folder, 99)
    assert not folder.exists()


@pytest.mark.parametrize(("setting", "kept"), [(0, SCHEMA), (UNCONFIRMED, 0)])
def test_a_backup_keeps_what_its_folder_was_made_for(folder, tmp_path, setting, kept):
    confirmed(folder, setting)
    copy = tmp_path / "copy"
    back_up(folder, copy, copy_secrets=lambda _folder: None)
    assert confirmed(copy) == kept
    assert oldest_reader(copy) == oldest_reader(folder)
