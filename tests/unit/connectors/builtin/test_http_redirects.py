"""Redirects: which are followed, and what does not go along to another origin."""

import base64
import json

import pytest

from connectors.builtin import http_calls
from connectors.egress.urls import parse_url
from connectors.errors import ConnectorError
from engine.governance.masking import Scrubber
from tests.support.failing_calls import failure


def test_a_redirect_is_followed_when_reading(request_, server):
    assert request_("/redirect")["body"] == {"ok": [1, "ö"]}
    assert [seen[1] for seen in server.seen] == ["/redirect", "/json"]


def test_other_methods_answer_the_redirect_itself(request_, server):
    output = request_("/see", method="POST")
    assert (output["status"], output["headers"]["location"]) == (303, "/json")
    assert len(server.seen) == 1


def test_credentials_do_not_follow_to_another_host(request_, server):
    server.target = server.url.replace("127.0.0.1", "localhost") + "/json"
    request_("/redirect", bearer_token="token", headers={"X-Other": "kept"})
    assert ["authorization" in seen[2] for seen in server.seen] == [True, False]
    assert [seen[2]["x-other"] for seen in server.seen] == ["kept", "kept"]


SECRET = "s3cret/with+signs 4711"
HEADERS_WITH_SECRETS = {
    "x-api-key": SECRET, "x-signed": f"key={SECRET};v=1", "x-basic": base64.b64encode(f"me:{SECRET}".encode()).decode(),
    "x-url": "s3cret%2Fwith%2Bsigns%204711", "x-json": json.dumps({"key": SECRET}), "referer": f"https://a/?k={SECRET}",
}


def test_no_header_with_a_secret_follows_to_another_origin(request_, server):
    server.target = server.url.replace("127.0.0.1", "localhost") + "/json"
    request_("/redirect", headers={**HEADERS_WITH_SECRETS, "X-Other": "kept"}, secrets={"KEY": SECRET})
    first, second = (seen[2] for seen in server.seen)
    assert HEADERS_WITH_SECRETS.keys() <= first.keys()
    assert not HEADERS_WITH_SECRETS.keys() & second.keys()
    assert second["x-other"] == "kept"


def redirected(url, place, headers):
    target, kept = http_calls._redirected(parse_url(url), place, headers, None, Scrubber([SECRET]))
    return str(target), kept


def test_another_port_is_another_origin_and_the_default_port_is_none():
    headers = {"x-api-key": SECRET, "accept": "*/*"}
    assert redirected("https://a/x", "https://A:443/y", headers) == ("https://a/y", headers)
    assert redirected("https://a/x", "https://a:8443/y", headers) == ("https://a:8443/y", {"accept": "*/*"})
    assert redirected("http://a/x", "https://a/y", headers) == ("https://a/y", {"accept": "*/*"})


def test_a_secret_dropped_once_does_not_come_back(request_, server):
    other = server.url.replace("127.0.0.1", "localhost")
    server.targets = [f"{other}/redirect", f"{server.url}/json"]
    request_("/redirect", headers={"X-Api-Key": {"$secret": "KEY"}}, secrets={"KEY": SECRET})
    assert ["x-api-key" in seen[2] for seen in server.seen] == [True, False, False]


@pytest.mark.parametrize("params", [{"body": f"key={SECRET}"}, {"json": {"key": SECRET}}])
def test_a_body_with_a_secret_ends_the_call_at_another_origin(request_, server, params):
    server.target = server.url.replace("127.0.0.1", "localhost") + "/json"
    failed = failure(request_, "/redirect", secrets={"KEY": SECRET}, **params)
    assert "redirects to another origin" in failed.cause
    assert failed.definite
    assert len(server.seen) == 1


def test_an_address_with_a_secret_ends_the_call_at_another_origin(request_, server):
    server.target = server.url.replace("127.0.0.1", "localhost") + "/json?key=s3cret%2Fwith%2Bsigns%204711"
    failed = failure(request_, "/redirect", query={"key": {"$secret": "KEY"}}, secrets={"KEY": SECRET})
    assert "its address holds a secret" in failed.cause
    assert "s3cret" not in failed.cause
    assert len(server.seen) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x/"])
def test_a_redirect_leads_to_http_alone(request_, server, target):
    server.target = target
    assert "is not an http:// or https:// URL" in failure(request_, "/redirect").cause


def test_a_redirect_does_not_leave_encryption():
    with pytest.raises(ConnectorError, match="not encrypted"):
        redirected("https://a/x", "http://a/y", {})
    assert redirected("https://a/x", "y", {"cookie": "c"}) == ("https://a/y", {"cookie": "c"})


def test_redirects_in_a_circle_end(request_, server):
    assert "more than 5 redirects" in failure(request_, "/loop").cause
    assert len(server.seen) == 6
