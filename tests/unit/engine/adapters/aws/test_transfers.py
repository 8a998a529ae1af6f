"""Presigned addresses for what Lambda does not carry, on moto; what they say is read off them."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.adapters.aws.transfers import SECONDS, S3Transfers
from engine.errors import NotFound


@pytest.fixture
def transfers(aws_stores):
    return S3Transfers(aws_stores.clients, aws_stores.blobs._bucket)


def signed(href):
    """Host, path and query of an address."""
    parts = urlsplit(href)
    return parts.netloc, parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_an_answer_is_kept_under_its_hash_and_read_by_an_address_that_soon_ends(transfers, aws_stores):
    body = b'{"a": 1}'
    found = transfers.give("default", body, content_type="application/json", disposition='attachment; filename="x"')
    host, path, query = signed(found.href)
    digest = hashlib.sha256(body).hexdigest()
    assert path.endswith(f"/answers/default/{digest}")
    assert "s3.eu-central-1.amazonaws.com" in host
    assert (query["X-Amz-Algorithm"], query["X-Amz-Expires"]) == ("AWS4-HMAC-SHA256", str(SECONDS))
    assert query["response-content-type"] == "application/json"
    assert query["response-content-disposition"] == 'attachment; filename="x"'
    assert query["response-cache-control"] == "private, no-store"
    stored = aws_stores.clients.s3.get_object(Bucket=transfers._bucket, Key=f"answers/default/{digest}")
    assert stored["Body"].read() == body
    assert SECONDS <= 900


def test_an_upload_is_of_the_size_that_was_named_and_is_taken_by_its_id(transfers, aws_stores):
    upload = transfers.expect("default", 7)
    _, path, query = signed(upload.href)
    assert query["X-Amz-SignedHeaders"].split(";") == ["content-length", "content-type", "host"]
    assert upload.headers == {"Content-Type": "application/json"}
    with pytest.raises(NotFound, match="no such upload"):
        transfers.take("default", upload.id)
    aws_stores.clients.s3.put_object(
        Bucket=transfers._bucket, Key=path[path.index("uploads/"):], Body=b'{"a":1}'
    )
    assert transfers.take("default", upload.id) == b'{"a":1}'
    with pytest.raises(NotFound):
        transfers.take("another", upload.id)


@pytest.mark.parametrize("upload", ["", "../answers/default/x", "x" * 32, "0" * 33, "0" * 31 + "/"])
def test_an_id_is_none_that_was_not_given_out(transfers, upload):
    with pytest.raises(NotFound):
        transfers.take("default", upload)
