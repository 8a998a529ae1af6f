"""JSONPath: what paths find, and in which words they fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr import limits
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.scope import ABSENT, Scope

SHOP = {
    "owner": {"name": "Ada", "mail": None, "tags": ["a", "b"]},
    "lines": [
        {"sku": "nut", "price": 2, "stock": [1, 0]},
        {"sku": "bolt", "price": 10, "stock": []},
        {"sku": "gear", "price": 25.5, "note": None},
    ],
    "limit": 9,
    "odd name": 1,
    "it's": 2,
    "@type": "shop",
    "a-b": 3,
}
SCOPE = Scope(SHOP, lambda: {"Execution": {"Id": "exec-1"}, "Map": {"Item": {"Index": 4}}}, {"total": {"sum": [7]}})


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.owner.name", "Ada"),
        ("$.owner.mail", None),
        ("$['owner']['name']", "Ada"),
        ('$["owner"].tags[1]', "b"),
        ("$.owner.tags[-1]", "b"),
        ("$['odd name']", 1),
        ("$['it\\'s']", 2),
        ('$["it\'s"]', 2),
        ("$.@type", "shop"),
        ("$.a-b", 3),
        ("$$.Execution.Id", "exec-1"),
        ("$$['Map'].Item.Index", 4),
        ("$total", {"sum": [7]}),
        ("$total.sum[0]", 7),
        ("$.owner['name','mail','none']", {"name": "Ada", "mail": None}),
        ("$.lines.length()", 3),
        ("$.owner.keys()", ["name", "mail", "tags"]),
        ("$.lines[0].stock.max()", 1.0),
        ("$..price.sum()", 37.5),
        ("$.owner.tags.first()", "a"),
        ("$.owner.tags.index(-1)", "b"),
        ("$.owner.tags.concat('!')", "ab!"),
        # Jayway's grammar: a dot may stand before a bracket, none need stand behind one.
        ("$.['owner'].['name']", "Ada"),
        ("$.owner.tags.[1]", "b"),
        ('$.["owner"].name', "Ada"),
        ("$.lines[0]sku", "nut"),
        ("$['owner']name", "Ada"),
        ("$total.['sum'].[0]", 7),
        ("$$.['Map'].Item.Index", 4),
        ("$.owner.name  ", "Ada"),
        # The arguments of a function may be paths.
        ("$.limit.sum($.lines[0].price, 1)", 3.0),
        ("$.lines[0].stock.sum($.lines[0].stock)", 2.0),
        ("$.owner.tags.concat($.owner.name, '!')", "abAda!"),
    ],
)
def test_a_definite_path_gives_its_value(path, found):
    assert compile_path(path).definite
    assert compile_path(path).read(SCOPE) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.lines[*].sku", ["nut", "bolt", "gear"]),
        ("$.lines.*.sku", ["nut", "bolt", "gear"]),
        ("$.lines[0,2].sku", ["nut", "gear"]),
        ("$.lines[1:].sku", ["bolt", "gear"]),
        ("$.lines[:1].sku", ["nut"]),
        ("$.lines[:-1].sku", ["nut", "bolt"]),
        ("$.lines[-2:].sku", ["bolt", "gear"]),
        ("$.lines[-9:].sku", ["nut", "bolt", "gear"]),
        ("$.lines[0:9].sku", ["nut", "bolt", "gear"]),
        ("$.lines[2:1]", []),
        ("$.lines[*]['sku','price']", [{"sku": "nut", "price": 2}, {"sku": "bolt", "price": 10},
                                       {"sku": "gear", "price": 25.5}]),
        ("$['owner','limit'].name", ["Ada"]),
        ("$..sku", ["nut", "bolt", "gear"]),
        ("$..stock[0]", [1]),
        ("$..[?(@.sku == 'nut')].price", [2]),
        ("$.owner.*", ["Ada", None, ["a", "b"]]),
        ("$.lines[*].stock.length()", [2, 0]),
        ("$.lines.[*].sku", ["nut", "bolt", "gear"]),
        ("$.lines.[?(@.price > 5)].sku", ["bolt", "gear"]),
        ("$.lines[*].['sku','price']", [{"sku": "nut", "price": 2}, {"sku": "bolt", "price": 10},
                                        {"sku": "gear", "price": 25.5}]),
        ("$.lines[?(@.sku==bolt)]..price", [10]),
        ("$.lines[?(@.sku != bolt && @.price < 5)].sku", ["nut"]),
        ("$.lines[1:].[0].sku", []),
    ],
)
def test_an_indefinite_path_gives_a_list(path, found):
    assert not compile_path(path).definite
    assert compile_path(path).read(SCOPE) == found


@pytest.mark.parametrize("path", ["$.none[*]", "$.none.deeper[1:].x", "$.limit[:1]", "$..none", "$.owner[?(@.none)]",
                                  "$.lines[?(@.price > 99)]", "$.lines[?(@.price > 1)][0]", "$.limit[?(@ > 1)]"])
def test_nothing_on_an_indefinite_path_is_an_empty_list(path):
    assert compile_path(path).read(SCOPE) == []


@pytest.mark.parametrize(
    ("condition", "skus"),
    [
        ("@.note", ["gear"]),
        ("!@.note", ["nut", "bolt"]),
        ("!(@.note)", ["nut", "bolt"]),
        ("@.price > 9", ["bolt", "gear"]),
        ("@.price>=10", ["bolt", "gear"]),
        ("@.price < $.limit", ["nut"]),
        ("10 == @.price", ["bolt"]),
        ("@.price == '10'", ["bolt"]),
        ("@.price == '10.0'", ["bolt"]),
        ("@.price === '10'", []),
        ("@.price !== 10", ["nut", "gear"]),
        ("@.price == 25.50", ["gear"]),
        ("@.none == @.none", []),
        ("@.none != 1", ["nut", "bolt", "gear"]),
        ("@.sku != 'nut'", ["bolt", "gear"]),
        ("@.note == null", ["gear"]),
        ("@.sku > 'c'", ["nut", "gear"]),
        ("@.sku > 1", []),
        ("@.sku =~ /.*T/i", ["nut", "bolt"]),
        ("@.sku =~ /u/", []),
        ("@.sku in ['nut','gear']", ["nut", "gear"]),
        ("@.sku nin ['nut','gear']", ["bolt"]),
        ("@.sku contains 'ol'", ["bolt"]),
        ("@.stock contains 0", ["nut"]),
        ("@.stock size 2", ["nut"]),
        ("@.stock empty true", ["bolt"]),
        ("@.stock empty false", ["nut"]),
        ("@.stock subsetof [0,1,2]", ["nut", "bolt"]),
        ("@.stock anyof [1]", ["nut"]),
        ("@.stock noneof [1]", ["bolt"]),
        ("@.stock all [0,1]", ["nut"]),
        ("@.stock == [1,0]", ["nut"]),
        ("@.stock == [1,false]", []),
        ("@.price > 5 && @.price < 20", ["bolt"]),
        ("@.price < 5 || @.price > 20", ["nut", "gear"]),
        ("@.price < 5 || @.price > 5 && @.sku == 'gear'", ["nut", "gear"]),
        ("(@.price < 5 || @.price > 5) && @.sku == 'gear'", ["gear"]),
        ("@.stock[0]", ["nut"]),
        ("@['sku'] == \"nut\"", ["nut"]),
    ],
)
def test_filters(condition, skus):
    assert compile_path(f"$.lines[?({condition})].sku").read(SCOPE) == skus


def test_a_filter_on_an_object_tests_the_object():
    assert compile_path("$.owner[?(@.name == 'Ada')].tags").read(SCOPE) == [["a", "b"]]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("$.none", "No results for path: $['none']"),
        ("$.owner.none", "No results for path: $['owner']['none']"),
        ("$.none.deeper", "Missing property in path $['none']"),
        ("$.owner.tags[5]", "No results for path: $['owner']['tags'][5]"),
        ("$.limit[0]", "Filter: [0] can only be applied to arrays. Current context is: 9"),
        ("$.owner.mail[0]", "The path $['owner']['mail'] is null"),
        ("$none.a", "No results for path: $['none']"),
        (
            "$.limit.x",
            (
                "Expected to find an object with property ['x'] in path $['limit'] but found 'java.lang.Integer'. "
                "This is not a json object according to the JsonProvider: "
                "'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."
            ),
        ),
    ],
)
def test_a_definite_path_without_a_field_fails_in_the_words_of_a_path(path, why):
    with pytest.raises(StateFailure) as failure:
        compile_path(path).read(SCOPE)
    assert failure.value.error == "States.Runtime"
    assert failure.value.cause == f"Invalid path '{path}' : {why}"
    assert compile_path(path).find(SCOPE) is ABSENT


def test_with_a_field_it_quotes_the_document():
    with pytest.raises(StateFailure) as failure:
        compile_path("$.a.b").read(Scope({"x": [1, "é"]}), "value.$")
    assert failure.value.cause == (
        "The JSONPath '$.a.b' specified for the field 'value.$' could not be found in the input '{\"x\":[1,\"é\"]}'"
    )


def test_a_long_document_is_cut_in_the_cause():
    with pytest.raises(StateFailure) as failure:
        compile_path("$.a").read(Scope({"x": "y" * 100_000}), "value.$")
    assert len(failure.value.cause) < 10_000


@pytest.mark.parametrize(("path", "root", "references"), [
    ("$.a", "input", set()), ("$$.a", "context", set()), ("$order.id", "order", {"order"}),
    ("$input.id", "$input", {"input"}),
])
def test_root_and_references(path, root, references):
    assert compile_path(path).root == root
    assert compile_path(path).references == references


def test_a_variable_may_be_called_input():
    assert compile_path("$input.id").read(Scope({"id": 1}, {}, {"input": {"id": 2}})) == 2


@pytest.mark.parametrize(("path", "position"), [
    ("", 0), ("a.b", 0), ("$.", 2), ("$..", 3), ("$.a..", 5), ("$.a[", 4), ("$.a[]", 4), ("$.a[x]", 4), ("$.a['b", 6),
    ("$.a b", 3), ("$.a[:]", 4), ("$.a[?(1)]", 7), ("$.a[?(@.x = 1)]", 10), ("$.a[?(@.x like 'y')]", 10),
    ("$.a.shout()", 4), ("$.a[?(@.x =~ /(/)]", 16), ("$.a[?(@.x == 1e999)]", 13), ("$$x", 1),
    ("$.a" + ".a" * 200, 203), ("$[?(" + "(" * 100, 35), ("$" + "a" * 81, 1), ("$." + "a" * 9000, 8192),
])
def test_syntax_errors_name_their_position(path, position):
    with pytest.raises(InvalidExpression) as error:
        compile_path(path)
    assert error.value.position == position


DEEP = 1
for _ in range(200):
    DEEP = {"a": DEEP}
LARGE = Scope({"n": list(range(50_000)), "t": ["a" * 40 + "!"] * 50_000, "deep": DEEP})


@pytest.mark.parametrize("path", [
    "$.deep..*..*..*..*", "$.t[?(@ =~ /(a|aa)+$/)]", "$.t[?(@ =~ /(a+)+$/)]", "$.n[?($.n == $.n)]", "$.n[?(@ in $.n)]",
    "$.n[?($.n subsetof $.n)]",
])
def test_bombs_end_with_a_failure(path):
    """By a clock on which each match takes a millisecond: however fast the machine is, the patterns take too long."""
    readings = iter(range(1, 10**9))
    limits.use(replace(limits.current(), seconds=0.5, wall_seconds=0.05, clock=lambda: next(readings) / 1000))
    with pytest.raises(StateFailure, match=r"States\.Runtime"):
        compile_path(path).read(LARGE)


def test_a_document_deeper_than_the_stack_is_scanned_or_refused():
    deep = 1
    for _ in range(20_000):
        deep = {"a": deep}
    assert len(compile_path("$..a").read(Scope(deep))) == 20_000
    with pytest.raises(StateFailure, match="nested too deeply"):
        compile_path("$[?(@.a == $.a)]").read(Scope(deep))


@pytest.mark.parametrize(("condition", "found"), [
    ("@.v size 1", ["text", "array"]), ("@.v empty false", ["text", "array"]), ("@.v empty true", ["no text", "none"]),
])
def test_size_and_empty_are_of_arrays_and_texts(condition, found):
    """Jayway's README: "size of left (array or string) should match right"; so does it say of empty."""
    values = {"text": "a", "array": [1], "object": {"a": 1}, "no text": "", "none": [], "nothing": {}, "number": 1}
    scope = Scope([{"k": name, "v": value} for name, value in values.items()])
    assert compile_path(f"$[?({condition})].k").read(scope) == found
