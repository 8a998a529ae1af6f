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
    (tmp_path / "token").write_bytes(b"\xff" * 40)
    with pytest.raises(StoreUnavailable, match=r"damaged\. Delete it"):
        Owner(tmp_path, clock)


def test_a_token_that_cannot_be_read_is_told_with_what_to_do(tmp_path, clock):
    (tmp_path / "token").mkdir()
    with pytest.raises(StoreUnavailable, match=r"token cannot be read: .*\. Make it readable, or move it"):
        Owner(tmp_path, clock)
