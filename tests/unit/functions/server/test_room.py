"""A disk that is nearly full takes no new work, so that what runs can end."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.server.room import MEGABYTE, DiskNearlyFull, refuse_without_room

FOLDER = Path("data")


def asked(reserve, free):
    said = []
    refuse_without_room(FOLDER, reserve, said.append, free=lambda _folder: free)("version")
    return said


def test_with_room_the_version_itself_is_asked():
    assert asked(200, 200 * MEGABYTE) == ["version"]


def test_without_room_a_start_is_refused_in_clear_words():
    with pytest.raises(DiskNearlyFull, match="has 199 MB free: below 200 MB nothing new is started") as refused:
        asked(200, 200 * MEGABYTE - 1)
    assert refused.value.status == 503
    assert "Make room" in refused.value.advice


def test_without_a_reserve_nothing_is_refused():
    assert asked(0, 0) == ["version"]
