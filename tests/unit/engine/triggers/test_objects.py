"""A trigger of a bucket: which puts match, and what names one."""

import pytest

from engine.triggers.events.index import PatternIndex
from engine.triggers.events.pattern import compile_pattern
from engine.triggers.objects import pattern_of, put_of


def put(key, bucket="uploads", **more):
    return {"id": "1", "source": "aws.s3", "detail-type": "Object Created", "detail": {
        "bucket": {"name": bucket}, "object": {"key": key, "etag": "e", "sequencer": "s", **more},
    }}


@pytest.mark.parametrize(("spec", "key", "matches"), [
    ({}, "a", True), ({"prefix": "in/"}, "in/a", True), ({"prefix": "in/"}, "out/in/a", False),
    ({"suffix": ".csv"}, "a.csv", True), ({"suffix": ".csv"}, "a.csv.gz", False),
    ({"prefix": "in/", "suffix": ".csv"}, "in/a.csv", True), ({"prefix": "in/", "suffix": ".csv"}, "in/a.txt", False),
    ({"prefix": "in/", "suffix": ".csv"}, "b/a.csv", False),
    ({"prefix": "in/", "suffix": "/done"}, "in/done", True), ({"prefix": "in/", "suffix": "/done"}, "in/one", False),
    ({"prefix": "a.csv", "suffix": ".csv"}, "a.csv", True), ({"prefix": "a", "suffix": "a.csv"}, "a.csv", True),
    ({"prefix": "aba", "suffix": "aba"}, "aba", True), ({"prefix": "aba", "suffix": "aba"}, "ababa", True),
    ({"prefix": "aba", "suffix": "aba"}, "abaaba", True), ({"prefix": "aba", "suffix": "aba"}, "abba", False),
    ({"prefix": "a*", "suffix": "\\b"}, "a*x\\b", True), ({"prefix": "a*", "suffix": "\\b"}, "axx\\b", False),
])
def test_a_put_matches_by_its_bucket_and_its_key(spec, key, matches):
    index = PatternIndex([compile_pattern(pattern_of({"bucket": "uploads", **spec}))])
    assert bool(list(index.matching(put(key)))) is matches
    assert not list(index.matching(put(key, bucket="other")))
    assert not list(index.matching({**put(key), "detail-type": "Object Deleted"}))


def test_a_put_is_named_by_its_version_or_its_content_and_its_sequencer():
    assert put_of(put("in/a.csv")) == "uploads/in/a.csv/e/s"
    assert put_of(put("a", **{"version-id": "v7"})) == "uploads/a/v7/s"


@pytest.mark.parametrize("event", [{}, {"detail": 1}, {"detail": {"bucket": {"name": "b"}, "object": {"key": "a"}}}])
def test_what_is_no_put_has_no_name(event):
    assert put_of(event) is None
