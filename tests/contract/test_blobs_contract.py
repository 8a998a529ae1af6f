"""engine.ports.blobs.BlobStore, the same for every family."""

from __future__ import annotations

import hashlib

import pytest

from engine.errors import StoreCorrupt


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 5000])
def test_a_blob_comes_back_by_its_digest(backend, workspace, data):
    ref = backend.blobs.put(workspace, data)
    assert ref == hashlib.sha256(data).hexdigest()
    assert backend.blobs.get(workspace, ref) == data


def test_storing_twice_is_harmless(backend, workspace):
    assert backend.blobs.put(workspace, b"same") == backend.blobs.put(workspace, b"same")
    assert backend.blobs.get(workspace, hashlib.sha256(b"same").hexdigest()) == b"same"


def test_a_missing_blob_is_corruption(backend, workspace):
    with pytest.raises(StoreCorrupt, match="missing"):
        backend.blobs.get(workspace, "0" * 64)


def test_workspaces_do_not_mix(backend, workspace):
    ref = backend.blobs.put(workspace, b"mine")
    with pytest.raises(StoreCorrupt):
        backend.blobs.get(workspace + "-other", ref)


def test_the_beginning_of_a_blob_is_read_alone(backend, workspace):
    ref = backend.blobs.put(workspace, b"0123456789")
    assert backend.blobs.beginning(workspace, ref, 4) == b"0123"
    assert backend.blobs.beginning(workspace, ref, 99) == b"0123456789"
    assert backend.blobs.beginning(workspace, backend.blobs.put(workspace, b""), 4) == b""
    with pytest.raises(StoreCorrupt, match="missing"):
        backend.blobs.beginning(workspace, "0" * 64, 4)
