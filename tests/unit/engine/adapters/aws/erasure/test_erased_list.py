"""The list of what was erased: two who make it at once, one that was erased twice, one of many pages."""

from __future__ import annotations

import pytest

from engine.adapters.aws.erasure.erased_list import ErasedList
from engine.ports.keys import ExecutionKey

BUCKET = "automate-test-payloads"


@pytest.fixture
def workspace(request):
    """One of this test alone: the bucket is shared."""
    return request.node.name


@pytest.fixture
def listed(aws_stores):
    return lambda: ErasedList(aws_stores.clients, BUCKET)


def test_of_two_who_make_its_key_at_once_the_first_has_made_it(listed, workspace):
    first, second = listed(), listed()
    assert first._make_key(workspace) == second._make_key(workspace)


def test_one_that_was_erased_twice_was_so_at_the_later_time(listed, workspace):
    key = ExecutionKey.of(workspace, "flow", "one")
    for erasure, at in (("a", 1.0), ("b", 5.0), ("c", 2.0)):
        listed().add(workspace, erasure, at, [key])
    assert listed().entries(workspace) == {listed().digest(key): 5.0}


def test_it_is_read_to_its_last_page(aws_stores, listed, workspace, monkeypatch):
    keys = [ExecutionKey.of(workspace, "flow", f"number-{number}") for number in range(5)]
    for number, key in enumerate(keys):
        listed().add(workspace, f"erasure-{number}", 1.0, [key])
    real = aws_stores.clients.s3.list_objects_v2
    monkeypatch.setattr(aws_stores.clients.s3, "list_objects_v2", lambda **given: real(**given, MaxKeys=2))
    assert listed().entries(workspace).keys() == {listed().digest(key) for key in keys}
