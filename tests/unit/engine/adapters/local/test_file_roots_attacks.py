"""No path and no race leads out of a root."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.local.file_roots import FileRefused, FileRoots
from tests.support.file_roots import MOST, SECRET

NAMES = st.sampled_from([
    "in", "a.csv", "link", "up", "home", ".automate", "secrets.key", "..", ".", "", "deep", "a\0b", "\udc80", "outside",
])


@given(st.lists(NAMES, max_size=6), st.booleans())
def test_no_path_reads_what_is_not_below_the_root(tmp_path_factory, names, absolute):
    base = tmp_path_factory.mktemp("attack")
    root = base / "root"
    (root / "in" / "deep").mkdir(parents=True)
    (root / "in" / "a.csv").write_bytes(b"mine")
    (root / ".automate").mkdir()
    (root / ".automate" / "secrets.key").write_bytes(SECRET)
    (base / "outside").mkdir()
    (base / "outside" / "a.csv").write_bytes(SECRET)
    (root / "link").symlink_to(base / "outside")
    (root / "in" / "up").symlink_to("../..")
    (root / "home").symlink_to(root / ".automate")
    roots = FileRoots.of([str(root)], str(root / ".automate"))
    path = "/".join([str(root), *names] if absolute else names)
    before = {p for p in base.rglob("*") if not p.is_relative_to(root) or p.is_relative_to(root / ".automate")}
    with suppress(FileRefused):
        assert roots.read(path, MOST) == b"mine"
    with suppress(FileRefused):
        roots.write(path, "new", b"data")
    after = {p for p in base.rglob("*") if not p.is_relative_to(root) or p.is_relative_to(root / ".automate")}
    assert after == before


@pytest.mark.parametrize("swapped", ["in", "in/deep", "in/deep/a.csv"])
@pytest.mark.parametrize("writes", [False, True])
def test_what_is_swapped_for_a_link_between_two_calls_leads_nowhere(monkeypatch, tmp_path, swapped, writes):
    """At each system call on the way a part of it is swapped for a link to the outside, before the call."""
    refusals = 0
    for at in range(40):
        base = tmp_path / str(at)
        (base / "root" / "in" / "deep").mkdir(parents=True)
        (base / "root" / "in" / "deep" / "a.csv").write_bytes(b"mine")
        outside = base / "outside"
        (outside / "deep").mkdir(parents=True)
        (outside / "a.csv").write_bytes(SECRET)
        (outside / "deep" / "a.csv").write_bytes(SECRET)
        leads = {"in": outside, "in/deep": outside / "deep", "in/deep/a.csv": outside / "a.csv"}[swapped]
        roots = FileRoots.of([str(base / "root")], str(base / "data"))
        left = [at]

        def swapping(real, left=left, base=base, leads=leads):
            def call(*args, **more):
                left[0] -= 1
                if left[0] == -1:
                    (base / "root" / swapped).rename(base / "aside")
                    (base / "root" / swapped).symlink_to(leads)
                return real(*args, **more)
            return call

        with monkeypatch.context() as patched:
            for name in ("open", "stat", "fstat", "read", "write", "fsync", "close"):
                patched.setattr(os, name, swapping(getattr(os, name)))
            try:
                if writes:
                    roots.write("in/deep", "b.csv", b"mine")
                else:
                    assert roots.read("in/deep/a.csv", MOST) == b"mine"
            except FileRefused:
                refusals += 1
        assert sorted(p.name for p in outside.rglob("*")) == ["a.csv", "a.csv", "deep"]
        if left[0] >= 0:
            break
    assert left[0] >= 0  # each call had its turn
    assert refusals or swapped == "in/deep/a.csv"
