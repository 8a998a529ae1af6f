"""Connecting by authorization code with PKCE, over the API: oauthlib's server is the judge, a person says yes."""

import urllib.request
from dataclasses import replace
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from engine.clock import SystemClock
from engine.ports.keys import Actor
from functions.server.gateway import Gateway
from tests.support import authorization_server
from tests.support.api import call_wsgi
from tests.support.authorization_server import CLIENT_ID, CLIENT_SECRET

BACK = "https://automate.example.com/studio/connections/connected"


@pytest.fixture
def authorizer():
    with authorization_server.running() as server:
        entry = f"127.0.0.1:{server.port}"
        in_force.use(Dialler(SystemClock(), read_entries((entry,)), setting=(entry,)))
        server.validator.redirect_uris = [BACK]
        yield server


@pytest.fixture
def kept(api, authorizer):
    """A connection that nobody has connected."""
    made = api("PUT", "/connections/orders", {
        "kind": "oauth2_authorization_code", "issuer": authorizer.base, "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET, "scopes": ["orders.read"], "test_url": f"{authorizer.base}/orders",
        "authorize_parameters": {"prompt": "consent"},
    })
    assert made.status == 200, made.text
    assert (made.json["connected"], made.json["tested_at"]) == (False, None)
    return made.json


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def says_yes(url):
    """Where a person's browser is led from the service's page, as the members of the address."""
    try:
        urllib.request.build_opener(_Stays).open(url)
    except HTTPError as answer:
        with answer:
            place = answer.headers["Location"]
    assert place.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}


def begin(api):
    reply = api("POST", "/connections/orders/connect", {"redirect_uri": BACK})
    assert reply.status == 200, reply.text
    return reply.json["url"]


def test_a_person_connects_and_a_step_gets_the_token(api, kept, authorizer):
    url = begin(api)
    query = parse_qs(urlsplit(url).query)
    sent = [query[name] for name in ("response_type", "code_challenge_method", "prompt")]
    assert sent == [["code"], ["S256"], ["consent"]]
    answered = api("POST", "/connections/answers", says_yes(url))
    assert answered.status == 200, answered.text
    assert answered.json["connected"]
    assert answered.json["tested_at"] is not None
    handed = api.services.connections.get("default", "connection.orders")
    assert [token for token in authorizer.validator.access if token in handed]
    secrets = [*authorizer.validator.access, *authorizer.validator.refresh, authorizer.asked[0]["code_verifier"]]
    assert not [secret for secret in secrets if secret in answered.text + api("GET", "/audit").text]
    api.clock.sleep(4000)
    assert api.services.connections.get("default", "connection.orders") != handed
    assert [asked["grant_type"] for asked in authorizer.asked] == ["authorization_code", "refresh_token"]


def test_an_answer_counts_once(api, kept):
    answer = says_yes(begin(api))
    assert api("POST", "/connections/answers", answer).status == 200
    again = api("POST", "/connections/answers", answer)
    assert (again.status, again.error["where"]) == (422, "state")


def test_an_answer_to_what_was_asked_before_counts_no_more(api, kept):
    first = says_yes(begin(api))
    begin(api)
    assert api("POST", "/connections/answers", first).error["where"] == "state"


def test_an_answer_that_comes_late_does_not_count(api, kept):
    answer = says_yes(begin(api))
    api.clock.sleep(601)
    late = api("POST", "/connections/answers", answer)
    assert late.error["code"] == "ConnectionFailed"
    assert "10 minutes" in late.text
    assert api("POST", "/connections/answers", answer).error["where"] == "state"


@pytest.mark.parametrize("change", [
    {"state": "x" * 43 + ".orders"}, {"state": "nonsense"}, {"state": "a.b c"}, {"state": "é.orders"},
    {"state": "x.nope"},
])
def test_another_state_is_refused_and_uses_nothing_up(api, kept, change):
    answer = says_yes(begin(api))
    refused = api("POST", "/connections/answers", {**answer, **change})
    assert refused.status == 422, refused.text
    assert answer["code"] not in refused.text
    assert api("POST", "/connections/answers", answer).status == 200


@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
def test_another_issuer_is_refused_and_no_code_is_sent(api, kept, authorizer, issuer):
    answer = says_yes(begin(api))
    answer = {**answer, "iss": issuer} if issuer else {key: value for key, value in answer.items() if key != "iss"}
    assert api("POST", "/connections/answers", answer).error["code"] == "ConnectionFailed"
    assert authorizer.asked == []


def test_somebody_else_brings_no_answer(api, kept):
    answer = says_yes(begin(api))
    eve = Gateway(lambda: api.services, principal="eve")
    refused = call_wsgi(eve, "POST", "/connections/answers", answer)
    assert refused.status == 422
    assert "ada asked for this answer, and eve brings it" in refused.text
    assert api("POST", "/connections/answers", answer).status == 200
    assert Actor("ada").name == "ada"


def test_who_says_no_is_told_in_the_services_words(api, kept):
    state = says_yes(begin(api))["state"]
    refused = api("POST", "/connections/answers", {
        "state": state, "error": "access_denied", "error_description": "Ada\nsaid no", "iss": kept["issuer"],
    })
    assert refused.error["message"] == "the service's page answered: access_denied: Ada said no"
    assert refused.error["advice"] == "Connect once more, and say yes there."


def test_what_was_connected_stays_where_connecting_again_fails(api, kept, authorizer):
    assert api("POST", "/connections/answers", says_yes(begin(api))).status == 200
    before = api.services.connections.get("default", "connection.orders")
    answer = says_yes(begin(api))
    assert api.services.connections.get("default", "connection.orders") == before
    authorizer.instead.append((400, b'{"error": "invalid_grant"}', {}))
    assert "invalid_grant" in api("POST", "/connections/answers", answer).text
    assert api.services.connections.get("default", "connection.orders") == before


def test_tokens_that_fail_the_test_are_not_kept(api, kept, authorizer):
    answer = says_yes(begin(api))
    authorizer.instead.append((200, b'{"access_token": "at-of-nobody", "token_type": "bearer"}', {}))
    assert "401" in api("POST", "/connections/answers", answer).text
    assert not api("GET", "/connections").json["connections"][0]["connected"]


def test_a_public_client_proves_itself_by_pkce_alone(api, kept, authorizer):
    authorizer.validator.public = True
    connection = api.services.connections.read("default", "orders")
    api.services.connections.save("default", "orders", replace(connection, client_secret=""), by="ada")
    assert api("POST", "/connections/answers", says_yes(begin(api))).status == 200
    assert "client_secret" not in authorizer.asked[0]


def test_one_that_nobody_connected_fails_its_step_by_name(api, kept):
    tried = api("POST", "/connections/orders/test", {})
    assert tried.error["code"] == "ConnectionFailed"
    assert "nobody has connected it" in tried.text


@pytest.mark.parametrize(("metadata", "said"), [
    ({"issuer": "https://evil.example"}, "of another issuer"),
    ({"code_challenge_methods_supported": ["plain"]}, "S256"),
    ({"authorization_endpoint": "http://id.example.com/authorize"}, "not encrypted"),
    ({"token_endpoint": ""}, "needs token_url"),
])
def test_metadata_that_does_not_do_is_refused(api, authorizer, metadata, said):
    whole = authorizer.metadata()
    authorizer.metadata = lambda: {**whole, **metadata}
    refused = api("PUT", "/connections/orders", {
        "kind": "oauth2_authorization_code", "issuer": authorizer.base, "client_id": "c",
    })
    assert refused.status == 422
    assert said in refused.text


@pytest.mark.parametrize(("given", "where"), [
    ({"authorize_url": "https://id.example.com/a"}, "token_url"),
    ({"token_url": "https://id.example.com/t"}, "authorize_url"),
    ({"issuer": "https://id.example.com", "token_url": "https://id.example.com/t"}, "issuer"),
    ({"issuer": "http://id.example.com"}, "issuer"), ({"client_id": ""}, "client_id"),
])
def test_what_is_missing_is_told(api, given, where):
    given = {"kind": "oauth2_authorization_code", "client_id": "c", **given}
    assert api("PUT", "/connections/orders", given).error["where"] == where


def test_only_who_has_to_be_asked_is_asked(api):
    api("PUT", "/connections/orders", {"kind": "bearer", "secret": "long-secret", "untested": True})
    assert "nobody has to say yes" in api("POST", "/connections/orders/connect", {"redirect_uri": BACK}).text
    assert api("POST", "/connections/nope/connect", {"redirect_uri": BACK}).status == 404
    given = {"redirect_uri": "http://example.com/"}
    assert api("POST", "/connections/orders/connect", given).error["where"] == "redirect_uri"
