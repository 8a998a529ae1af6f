"""The owner's token and the codes of sign-in links, as the data folder keeps them."""

from __future__ import annotations

import stat

import pytest

from engine.errors import StoreUnavailable
from functions.server.owner import Owner


def test_the_token_is_made_once_and_is_the_owners_alone(tmp_path, clock):
    first, second = Owner(tmp_path, clock), Owner(tmp_path, clock)
    assert first.token == second.token
    assert len(first.token) >= 32
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


def test_old_codes_are_swept_and_codes_are_not_stored(tmp_path, owner, clock):
    code = owner.new_code()
    files = list((tmp_path / "signin").iterdir())
    assert len(files) == 1
    assert code not in files[0].name + files[0].read_text()
    clock.sleep(3600)
    owner.new_code()
    assert len(list((tmp_path / "signin").iterdir())) == 1


def test_a_damaged_token_is_refused(tmp_path, clock):
    (tmp_path / "token").write_text("short\n")
    with pytest.raises(StoreUnavailable, match="damaged"):
        Owner(tmp_path, clock)
