"""The command line's client, and what is too large for a request or an answer of Lambda."""

import json
from types import SimpleNamespace

import pytest

from engine.errors import StoreUnavailable
from functions.cli.client.client import Client
from functions.cli.client.over_http import OverHttp

AT = "https://studio.example.com"


def api(wire):
    return Client(OverHttp(AT, lambda: "token", pool=wire))


class Wire:
    """An API and a bucket behind it, by (method, address); every request is noted."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def request(self, method, address, *, body, headers, timeout):
        self.asked.append((method, address, body, dict(headers)))
        status, answer, more = self.answers[f"{method} {address.removeprefix(AT)}"]
        return SimpleNamespace(status=status, data=json.dumps(answer).encode(), headers=more)


HREF = "https://b.s3.r.amazonaws.com/answers/x?X-Amz-Signature=abc"


def test_a_large_answer_is_fetched_from_its_address_and_the_token_stays_here():
    wire = Wire(**{
        "GET /executions/x/payload": (200, {"$too_large": {"bytes": 9, "href": HREF}}, {"Automate-Too-Large": "1"}),
        f"GET {HREF}": (200, {"n": 1}, {}),
    })
    assert api(wire).get("/executions/x/payload") == {"n": 1}
    assert wire.asked[1] == ("GET", HREF, None, {})


def test_a_value_that_looks_like_an_address_is_a_value():
    wire = Wire(**{"GET /x": (200, {"$too_large": {"bytes": 9, "href": HREF}}, {})})
    assert api(wire).get("/x") == {"$too_large": {"bytes": 9, "href": HREF}}


def test_a_large_body_is_put_where_the_api_says_and_named_in_the_request():
    wire = Wire(**{
        "POST /uploads": (201, {"id": "u1", "href": HREF, "headers": {"Content-Type": "application/json"}}, {}),
        f"PUT {HREF}": (200, None, {}), "POST /workflows/w/executions": (201, {"id": "w:1"}, {}),
    })
    body = {"input": "x" * 6_000_000}
    assert api(wire).post("/workflows/w/executions", body) == {"id": "w:1"}
    asked, put, sent = wire.asked
    assert json.loads(asked[2]) == {"bytes": len(put[2])}
    assert json.loads(put[2]) == body
    assert put[3] == {"Content-Type": "application/json"}
    assert (sent[2], sent[3]["Automate-Upload"]) == (None, "u1")


def test_a_large_body_goes_as_it_is_to_a_server_that_takes_it():
    wire = Wire(**{
        "POST /uploads": (201, {"id": None, "href": None, "headers": {}}, {}), "POST /x": (200, {}, {}),
    })
    api(wire).post("/x", {"input": "x" * 6_000_000})
    assert len(wire.asked[1][2]) > 6_000_000


def test_an_address_that_is_over_is_said_without_its_signature():
    wire = Wire(**{
        "GET /x": (200, {"$too_large": {"bytes": 9, "href": HREF}}, {"Automate-Too-Large": "1"}),
        f"GET {HREF}": (403, None, {}),
    })
    with pytest.raises(StoreUnavailable, match="its address answers 403") as found:
        api(wire).get("/x")
    assert "abc" not in str(found.value)
