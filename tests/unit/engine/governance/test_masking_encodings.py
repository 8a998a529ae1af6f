"""Every way in which programs write a text down, and every two of them around each other, leaves nothing of a secret.

The encoders are the libraries' own where there is one; what is left is judged by its length, not by decoding it.
"""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from html.entities import codepoint2name
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.governance.masking import MASK, Scrubber

SECRETS = ['p/a s"s\\w+ö&r<d\'=', "correct-horse-battery", "100%41&amp;\\n\\u0041=3D",
           "秘密の鍵です😀", "aGVsbG8gd29ybGQ="]


def go(text):
    """encoding/json: HTML's characters are escaped."""
    shown = json.dumps(text, ensure_ascii=False)[1:-1]
    return "".join({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}.get(char, char) for char in shown)


def javascript(text, pattern):
    return "".join(char if char.isalnum() and char.isascii() else pattern(char) for char in text)


def utf16_units(char):
    raw = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[at]:02x}{raw[at + 1]:02x}" for at in range(0, len(raw), 2))


def raw(text):
    return text.encode("utf-8", "surrogatepass")


def b64(data):
    return base64.b64encode(data).decode()


ENCODERS = {
    "json": lambda text: json.dumps(text)[1:-1],
    "json, not ascii": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json, slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "go": go,
    "javascript \\x": lambda text: javascript(text, lambda c: f"\\x{ord(c):02x}" if ord(c) < 256 else utf16_units(c)),
    "javascript \\u": lambda text: javascript(text, utf16_units),
    "javascript \\u{}": lambda text: javascript(text, lambda char: f"\\u{{{ord(char):X}}}"),
    "html": html.escape,
    "html, #039": lambda text: html.escape(text, quote=False).replace('"', "&quot;").replace("'", "&#039;"),
    "html, hex": lambda text: "".join(f"&#x{ord(char):X};" for char in text),
    "html, decimal": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "html, names": lambda text: "".join(
        f"&{codepoint2name[ord(char)]};" if ord(char) in codepoint2name else char for char in text
    ),
    "url": lambda text: quote(raw(text), safe=""),
    "url, slashes kept": lambda text: quote(raw(text)),
    "url, lower case": lambda text: re.sub("%..", lambda match: match.group().lower(), quote(raw(text), safe="")),
    "form": lambda text: quote_plus(raw(text)),
    "every character in %": lambda text: "".join(f"%{octet:02X}" for octet in raw(text)),
    "repr": lambda text: repr(text)[1:-1],
    "bytes": lambda text: repr(raw(text))[2:-1],
    "base64": lambda text: b64(raw(text)),
    "base64url": lambda text: base64.urlsafe_b64encode(raw(text)).decode().rstrip("="),
    "base64, one before": lambda text: b64(b":" + raw(text) + b"..."),
    "base64, two before": lambda text: b64(b"a:" + raw(text) + b".."),
    "base64 in lines": lambda text: base64.encodebytes(raw(text)).decode().rstrip("\n"),
    "base64 of UTF-16 LE": lambda text: b64(text.encode("utf-16-le", "surrogatepass")),
    "base64 of UTF-16 BE": lambda text: b64(text.encode("utf-16-be", "surrogatepass")),
    "hex": lambda text: raw(text).hex(),
    "HEX": lambda text: raw(text).hex().upper(),
    "quoted-printable": lambda text: quopri.encodestring(raw(text)).decode("utf-8", "surrogatepass"),
}
LONGEST_REST = 16
"""So many characters may be left of a form: quotes, padding, what an encoder put before the secret itself."""


def left_of(text, secret):
    clean = Scrubber([secret]).text(f"before » {text} « after")
    assert clean.startswith("before »")
    assert clean.endswith("« after")
    return clean[8:-7].replace(MASK, "").strip()


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_secret_in_one_encoding_is_masked(encoder, secret):
    form = ENCODERS[encoder](secret)
    assert len(left_of(form, secret)) <= 8, "no more than what stands around it"


@pytest.mark.parametrize("outer", ENCODERS)
@pytest.mark.parametrize("inner", ENCODERS)
def test_a_secret_in_two_encodings_is_masked(inner, outer):
    for secret in SECRETS:
        form, around = (ENCODERS[outer](ENCODERS[inner](text)) for text in (secret, ""))
        assert len(left_of(form, secret)) <= len(around) + LONGEST_REST, (secret, form)


@settings(max_examples=300, deadline=None)
@given(
    secret=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=8, max_size=40).filter(
        lambda text: len(set(text)) > 4 and text == text.strip()
    ),
    inner=st.sampled_from(sorted(ENCODERS)), outer=st.sampled_from(sorted(ENCODERS)),
    before=st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cs", "Cc"]), max_size=20),
    after=st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cs", "Cc"]), max_size=20),
)
@example("%41%41%41 +ä", "form", "base64", "%", "%")
@example("\\u0041\\x41\\", "json", "url", "\\", "\\")
def test_a_text_that_is_encoded_twice_with_a_secret_in_it_keeps_its_neighbours_at_most(
    secret, inner, outer, before, after
):
    def twice(text):
        return ENCODERS[outer](ENCODERS[inner](text))

    clean = Scrubber([secret]).text(twice(f"{before}{secret}{after}"))
    assert MASK in clean
    around = len(twice(f"{before}{after}"))
    assert len(clean.replace(MASK, "")) <= around + LONGEST_REST, clean


def test_url_encoding_three_times_in_json_is_undone():
    secret = "sch lüssel/4711+&"
    form = json.dumps(quote(quote(quote(secret, safe=""), safe=""), safe=""))
    assert len(left_of(form, secret)) <= 2


def test_what_some_encoders_escape_and_others_do_not_may_be_mixed():
    secret = "a/b<c>d&e'f\"g"
    for form in ("a\\/b\\u003cc>d\\x26e'f\\\"g", 'a%2fb<c%3Ed%26e%27f"g', "a/b&lt;c&#62;d&amp;e&apos;f&#x22;g"):
        assert left_of(form, secret) == ""


def test_the_rest_of_the_text_is_left():
    secret = "sk-live-4711-abc"
    query, basic = quote(quote(secret)), b64(b"user:" + raw(secret))
    form = f'{{"url": "https:\\/\\/x.example\\/?k={query}\\u0026n=1", "b": "{basic}"}}'
    clean = Scrubber([secret]).text(form)
    assert clean.startswith('{"url": "https:\\/\\/x.example\\/?k=********\\u0026n=1", "b": "dXNlcj')
    assert clean.endswith('********"}')


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(min_size=4, max_size=20))
def test_a_text_without_the_value_stays_as_it_is(text, secret):
    scrubber = Scrubber([secret])
    clean = scrubber.text(text)
    assert scrubber.text(clean) == clean or MASK in secret
    if MASK not in clean:
        assert clean == text
        assert secret not in text


def test_a_document_with_a_secret_over_two_of_its_strings_is_left():
    scrubber = Scrubber(["first-second"])
    value = {"a": ["first-", "second"], "b": "Zmlyc3Q", "c": "LXNlY29uZA"}
    assert scrubber.json(value) is value


def test_encodings_are_looked_for_in_a_whole_document_at_once(monkeypatch):
    """A document without a secret costs a look at one text, however many strings it has."""
    looked = []
    original = Scrubber._spans
    monkeypatch.setattr(Scrubber, "_spans", lambda self, text: looked.append(text) or original(self, text))
    rows = [{"id": f"{number:032x}", "at": "2026-01-02T03:04:05Z"} for number in range(500)]
    assert Scrubber(["sk-live-4711-abc"]).json(rows) is rows
    assert len(looked) == 1
