"""docs/deployment.md, "TLS": who refuses what. Where nothing is chosen AWS's default holds, which is TLS 1.0 for a
Regional API's own address (API Gateway Developer Guide, "Choose a security policy") and for CloudFront's own
certificate (CloudFront API reference, ViewerCertificate).
"""

from __future__ import annotations

import inspect
import ssl
from pathlib import Path

import pytest

from connectors.egress.sockets import tls

DOCS = Path(__file__).parents[3] / "docs"


def row(beginning):
    section = (DOCS / "deployment.md").read_text(encoding="utf-8").partition("### TLS")[2]
    return next(line for line in section.splitlines() if line.startswith(f"| {beginning}"))


def denied(template, kind):
    """The conditions under which each policy of a kind denies."""
    for policy in template.find_resources(kind).values():
        statements = policy["Properties"]["PolicyDocument"]["Statement"]
        yield [item["Condition"] for item in statements if item["Effect"] == "Deny"]


PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.full
def test_buckets_refuse_less_than_tls_1_2(templates):
    kind = "AWS::S3::BucketPolicy"
    found = [conditions for name in ("data", "studio") for conditions in denied(templates[name], kind)]
    assert len(found) == 2
    for conditions in found:
        assert PLAIN in conditions
        assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in conditions
    assert "TLS 1.2" in row("the stage's buckets")


@pytest.mark.full
def test_queues_and_the_topic_refuse_plain_http(templates):
    kinds = {"engine": "AWS::SQS::QueuePolicy", "observability": "AWS::SNS::TopicPolicy"}
    found = [conditions for name, kind in kinds.items() for conditions in denied(templates[name], kind)]
    assert len(found) == 4
    assert all(PLAIN in conditions for conditions in found)
    assert "no plain HTTP" in row("the queues")


@pytest.mark.full
def test_the_public_addresses_choose_nothing_and_the_page_says_so(templates):
    from infra_cdk import studio_stack  # noqa: PLC0415 - only where the [infra] extra is installed

    (api,) = templates["api"].find_resources("AWS::ApiGateway::RestApi").values()
    assert "SecurityPolicy" not in api["Properties"]
    assert not templates["api"].find_resources("AWS::ApiGateway::DomainName")
    assert "certificate=" not in inspect.getsource(studio_stack), "without one CloudFront has no version to choose"
    assert "TLS 1.0" in row("the Studio and the API")


def test_connectors_call_with_tls_1_2():
    """Python leaves the least version to the system's OpenSSL, where nobody says it."""
    assert tls().minimum_version == ssl.TLSVersion.TLSv1_2
    assert "TLS 1.2" in row("what `connector:http`")


def test_nothing_says_that_all_is_tls_1_2():
    assert "TLS 1.2 at least, everywhere" not in (DOCS / "deployment.md").read_text(encoding="utf-8")
