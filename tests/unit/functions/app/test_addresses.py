"""Addresses of executions: any id is one segment of a path."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from functions.app.addresses import execution_address


@pytest.mark.parametrize("name", ["run-1", "a.b_c~at12.x", "", "größe", "a+b", "a=b", "0@1", "'(1)'", "a\u2028b"])
def test_an_id_is_one_segment_of_its_address(name):
    assert execution_address(f"orders:{name}") == "/executions/" + quote(f"orders:{name}", safe="")
