"""What S3 says of a payload that is not there, and what is made of it.

GetObject's page: "If the object you request doesn't exist, the error that Amazon S3 returns depends on whether you also
have the s3:ListBucket permission": 404 NoSuchKey with it, 403 AccessDenied without.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from engine.adapters.aws.blobs import S3Blobs
from engine.durable.poison import counts
from engine.errors import StoreCorrupt, StoreUnavailable
from tests.support.aws_answers import Service
from tests.support.durable import Product, ScriptedTasks

ROLE = "User: arn:aws:sts::1:assumed-role/automate-dev-worker/x is not authorized to perform: "


def refused(code, status, message):
    error = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(error, "GetObject")


def blobs_over(*answers):
    return S3Blobs(SimpleNamespace(s3=Service(*answers)), "payloads")


@pytest.mark.parametrize("error", [
    refused("NoSuchKey", 404, "The specified key does not exist."),
    refused("AccessDenied", 403, "Access Denied"),
    refused("AccessDenied", 403, ROLE + 's3:ListBucket on resource: "arn:aws:s3:::payloads" because no identity-based '
                                        "policy allows the s3:ListBucket action"),
])
def test_a_payload_that_is_not_there_is_missing_with_and_without_the_right_to_list(error):
    with pytest.raises(StoreCorrupt, match="missing") as found:
        blobs_over(error).get("default", "0" * 64)
    assert counts(found.value)  # it is the execution's own fault: after five more it is PAUSED, with this cause


@pytest.mark.parametrize("message", [
    ROLE + 's3:GetObject on resource: "arn:aws:s3:::payloads/blobs/default/00" because no policy allows it',
    ROLE + "kms:Decrypt on resource: arn:aws:kms:eu-central-1:1:key/1 with an explicit deny",
])
def test_a_right_that_was_taken_away_is_no_missing_payload(message):
    """Nobody's fault among the executions: they wait until somebody has put it right."""
    with pytest.raises(StoreUnavailable) as found:
        blobs_over(refused("AccessDenied", 403, message)).get("default", "0" * 64)
    assert not counts(found.value)


def test_an_execution_whose_payload_is_gone_is_paused_and_says_so():
    """And does not go round and round behind "the store does not serve"."""
    product = Product({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}, ScriptedTasks())
    key = product.start()
    gone = S3Blobs(SimpleNamespace(s3=Always(refused("AccessDenied", 403, "Access Denied"))), "payloads")
    journal = product.stores.journal

    class LargeInput:
        def __getattr__(self, name):
            return getattr(journal, name)

        def load(self, key):
            gone.get("default", "0" * 64)

    product.wrap = lambda name, port: LargeInput() if name == "journal" else port
    for _ in range(10):
        product.run(key)
        product.clock.sleep(400)
    header = journal.header(key)
    assert (header.status, "missing" in header.cause) == ("PAUSED", True)


class Always:
    """A client that fails in one way."""

    def __init__(self, error):
        self.error = error

    def get_object(self, **_):
        raise self.error
