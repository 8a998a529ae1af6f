"""Which answers are packed: those that are long texts, for who takes gzip."""

from __future__ import annotations

import gzip

import pytest

from functions.server.wsgi import LEAST_PACKED_BYTES, packed

LONG = b"x" * LEAST_PACKED_BYTES


def sent(accepted, data=LONG, **headers):
    headers = {"Content-Type": "application/json", **headers}
    environ = {} if accepted is None else {"HTTP_ACCEPT_ENCODING": accepted}
    return headers, packed(environ, headers, data)


@pytest.mark.parametrize(("accepted", "takes"), [
    (None, False), ("", False), ("identity", False), ("br", False), ("gzip", True), ("GZIP", True), ("*", True),
    ("gzip, deflate, br", True), ("br;q=1.0, gzip;q=0.8", True), ("gzip;q=0", False), ("gzip; q=0.000", False),
    ("*;q=0", False), ("*, gzip;q=0", False), ("gzip;q=0.001, *;q=0", True), ("xgzip", False), ("gzip;q=", False),
    ("gzipped", False), (",,;", False),
])
def test_who_asks_says_what_it_takes(accepted, takes):
    headers, data = sent(accepted)
    assert (headers.get("Content-Encoding"), headers["Vary"]) == ("gzip" if takes else None, "Accept-Encoding")
    assert (gzip.decompress(data) if takes else data) == LONG


@pytest.mark.parametrize(("data", "headers"), [
    (LONG[1:], {}), (b"", {}), (LONG, {"Content-Type": "font/woff2"}), (LONG, {"Content-Encoding": "br"}),
    (LONG, {"Content-Type": "application/zip"}),
])
def test_what_is_short_or_packed_already_stays_as_it_is(data, headers):
    told, given = sent("gzip", data, **headers)
    assert (given, told.get("Content-Encoding")) == (data, headers.get("Content-Encoding"))


def test_other_bytes_have_no_strong_tag():
    assert sent("gzip", ETag='"a"')[0]["ETag"] == 'W/"a"'
    assert sent("gzip", ETag='W/"a"')[0]["ETag"] == 'W/"a"'
    assert sent(None, ETag='"a"')[0]["ETag"] == '"a"'
