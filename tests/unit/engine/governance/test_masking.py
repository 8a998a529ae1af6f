import base64
import html
import json
import re
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.governance.masking import MASK, Scrubber, SecretValues

VALUE = 'p/a s"s\\w+ö&rd'
FORMS = {
    "raw": VALUE,
    "json": json.dumps(VALUE),
    "json, not ascii": json.dumps(VALUE, ensure_ascii=False),
    "json with escaped slashes": json.dumps(VALUE).replace("/", "\\/"),
    "json in json": json.dumps(json.dumps({"k": VALUE})),
    "url": quote(VALUE, safe=""),
    "url, slashes kept": quote(VALUE),
    "url, lower case": re.sub("%..", lambda match: match.group().lower(), quote(VALUE, safe="")),
    "form": quote_plus(VALUE),
    "query": urlencode({"a": "b", "key": VALUE}),
    "repr": repr(VALUE),
    "bytes": repr(VALUE.encode()),
    "hex": VALUE.encode().hex(),
    "html": html.escape(VALUE),
    "base64": base64.b64encode(VALUE.encode()).decode(),
    "base64url": base64.urlsafe_b64encode(VALUE.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_value_is_masked(form):
    clean = Scrubber([VALUE]).text(f"before {FORMS[form]} after")
    assert MASK in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")
    for part in ("w+ö", "w%2B", "w%2b", "772b"):
        assert part not in clean


@pytest.mark.parametrize("user", ["a", "ab", "abc", "abcd"])
def test_a_value_within_a_longer_base64_text_is_masked_at_every_alignment(user):
    secret = "correct-horse-battery"
    text = "Basic " + base64.b64encode(f"{user}:{secret}:x".encode()).decode()
    clean = Scrubber([secret]).text(text)
    left = clean.removeprefix("Basic ").replace(MASK, "")
    assert MASK in clean
    assert len(left) <= 14, "more than the neighbours' characters is left"


@given(secret=st.text(min_size=8, max_size=40), before=st.text(max_size=9), after=st.text(max_size=9))
def test_no_place_within_a_text_hides_a_value(secret, before, after):
    scrubber = Scrubber([secret])
    assert secret not in scrubber.text(f"{before}{secret}{after}").replace(MASK, "")
    encoded = base64.b64encode(f"{before}{secret}{after}".encode("utf-8", "replace")).decode()
    if secret.encode("utf-8", "replace") == secret.encode("utf-8", "surrogatepass"):
        assert MASK in scrubber.text(encoded)


def test_json_is_masked_at_every_depth_and_in_names():
    scrubber = Scrubber(["hush-hush"])
    assert scrubber.json({"a": [{"b": "x hush-hush y"}, 1, None, True], "hush-hush": (1.5, "ok")}) == {
        "a": [{"b": f"x {MASK} y"}, 1, None, True], MASK: [1.5, "ok"],
    }


def test_a_number_that_is_a_secret_is_masked():
    assert Scrubber(["482913"]).json({"pin": 482913, "other": 4829130, "flag": True}) == {
        "pin": MASK, "other": 4829130, "flag": True,
    }


def test_a_secret_within_a_longer_one_leaves_no_remainder():
    assert Scrubber(["abc", "abcdef"]).text("abcdef abc") == f"{MASK} {MASK}"


def test_the_lines_of_a_key_are_secret_by_themselves():
    pem = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEA\n-----END KEY-----\n"
    assert "MIIEvQIB" not in Scrubber([pem]).text("loaded MIIEvQIBADANBgkqhkiG9w0 from disk")


def test_the_long_strings_of_a_json_secret_are_secret_by_themselves():
    scrubber = Scrubber(['{"user": "app", "passwords": ["s3cr3t-pass"]}', "[not json"])
    assert scrubber.text("app / s3cr3t-pass") == f"app / {MASK}"


def test_a_short_value_is_masked_only_as_it_is():
    assert Scrubber(["ab"]).text("ab YWI= 6162") == f"{MASK} YWI= 6162"


def test_without_values_everything_stays_the_same_object():
    value = {"a": ["b"]}
    assert Scrubber(["", ""]).json(value) is value


def test_nothing_prints_what_it_knows():
    secrets = SecretValues(KEY="hush-hush")
    printed = f"{Scrubber(['hush-hush'])} {secrets} {secrets!r} {({'secrets': secrets})}"
    assert "hush" not in printed
    assert "KEY" in printed
    assert secrets.get("KEY") == "hush-hush"


HOOK = "https://svc:pa%40ssw0rd-77@Hooks.Example.com/services/T00ABCDEF/hookSecretXyZ1234?sig=q7Kd92LmXq7Kd92LmX#top"


@pytest.mark.parametrize("shown", [
    "POST https://hooks.example.com/services/T00ABCDEF/hookSecretXyZ1234 answered 404",
    "<pre>Cannot POST /services/T00ABCDEF/hookSecretXyZ1234</pre>", '{"token": "hookSecretXyZ1234"}',
    "GET /services/T00ABCDEF/hookSecretXyZ1234?sig=q7Kd92LmXq7Kd92LmX HTTP/1.1", "{'sig': 'q7Kd92LmXq7Kd92LmX'}",
    "login failed for svc with pa@ssw0rd-77", "Basic " + base64.b64encode(b"svc:pa@ssw0rd-77").decode(),
    "https://svc:pa%40ssw0rd-77@hooks.example.com/",
])
def test_a_url_is_masked_in_its_parts_too(shown):
    clean = Scrubber([HOOK]).text(shown)
    assert MASK in clean
    for part in ("hookSecret", "q7Kd92", "ssw0rd", "c3N3MHJk"):
        assert part not in clean


@pytest.mark.parametrize("ordinary", ["hooks.example.com is down", "svc", "/services", "see https://example.com/status"])
def test_what_a_url_has_in_common_with_others_is_not_masked(ordinary):
    assert Scrubber([HOOK]).text(ordinary) == ordinary
    assert Scrubber(["postgres://app:longPassword1@db.internal/orders"]).text("orders of app") == "orders of app"


@pytest.mark.parametrize("written", [
    VALUE.encode().decode("latin-1"), VALUE.encode().decode("cp1252"), VALUE.replace('"', '""'),
    "".join(chr(octet) if 32 <= octet < 127 and octet not in b'"\\' else f"\\{octet:03o}" for octet in VALUE.encode()),
    "".join(f"\\{octet:03o}" for octet in VALUE.encode()),
], ids=["UTF-8 read as Latin-1", "as Windows-1252", "CSV", "C", "C, every octet"])
def test_so_are_the_forms_of_databases_headers_and_c(written):
    clean = Scrubber([VALUE]).text(f"before {written} after")
    assert clean == f"before {MASK} after"


def test_quotes_that_sql_doubles():
    assert Scrubber(["it's-a-secret"]).text("VALUES ('it''s-a-secret')") == f"VALUES ('{MASK}')"
