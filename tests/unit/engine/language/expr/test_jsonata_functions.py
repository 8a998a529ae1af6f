"""The functions that the service adds to JSONata or has otherwise than its reference implementation.

Sources: [AWS] is the Developer Guide, "Transforming data with JSONata in Step Functions"; [JSONata] docs.jsonata.org;
[JDK] the documentation of java.util.Random and java.util.Base64; [recorded] an answer of the service; [reported] one
that a user quotes.
"""

from __future__ import annotations

import base64
import hashlib

import pytest

from engine.errors import StateFailure
from engine.language.expr.jsonata import compile_jsonata
from engine.language.expr.jsonata_functions import ARGUMENTS
from engine.language.expr.jsonata_guards import later_operator
from engine.language.expr.scope import Scope


def value(source, given=None):
    return compile_jsonata(source, "Output").evaluate(Scope(given))


def failure(source, given=None):
    with pytest.raises(StateFailure) as failed:
        value(source, given)
    assert failed.value.error == "States.QueryEvaluationError"
    return failed.value.cause.split("specified for the field 'Output' ")[1]


UNDEFINED = "returned nothing (undefined)."
THREW = "threw an error during evaluation. "


def refused(number, function):
    return f'{THREW}T0410: Argument {number} of function "{function}" does not match function signature'


# ------------------------------------------------- $random: [AWS] an optional integer, [reported] java.util.Random's


@pytest.mark.parametrize(("seed", "number"), [
    ("42", 0.7275636800328681), ("0", 0.730967787376657), ("1", 0.7308781907032909), ("42.9", 0.7275636800328681),
    ("-0.5", 0.730967787376657),
])
def test_random_of_a_seed_is_the_first_double_of_javas_generator(seed, number):
    assert value(f"$random({seed})") == number


@pytest.mark.parametrize("seed", ["-1", "-42", "9007199254740991", "1e300", "-1e300", "281474976710656"])
def test_random_of_any_seed_is_a_fraction_and_repeats(seed):
    number = value(f"$random({seed})")
    assert 0 <= number < 1
    assert value(f"[$random({seed}), $random({seed})]") == [number, number]


def test_random_knows_seeds_by_48_bits():
    """[JDK] The generator keeps the seed's low 48 bits."""
    assert value(f"$random({2**48 + 7})") == value("$random(7)")


@pytest.mark.parametrize(("source", "told"), [
    ("$random('1')", refused(1, "random")), ("$random(true)", refused(1, "random")),
    ("$random(1, 2)", refused(2, "random")), ("$random([1])", refused(1, "random")),
    ("$uuid(1)", refused(1, "uuid")), ("$map([1], $uuid)", refused(1, "uuid")),
])
def test_random_and_uuid_refuse_other_arguments(source, told):
    assert failure(source) == told


# ------------------------------------------------- $range: [AWS] three integers, "until the end value is reached"


@pytest.mark.parametrize(("source", "items"), [
    ("$range(0, 10, 2)", [0, 2, 4, 6, 8, 10]),
    ("$range(0, 9, 4)", [0, 4, 8]),
    ("$range(3, 1, -1)", [3, 2, 1]),
    ("$range(2, 1, -1)", [2, 1]),
    ("$range(10, 1, -4)", [10, 6, 2]),
    ("$range(-2, 1, 1)", [-2, -1, 0, 1]),
    ("$sum($range(1, 100, 1))", 5_050),
    ("[1, 2].$range(0, $, 1)", [0, 1, 0, 1, 2]),
    ("$range(0, 4, 2) ~> $reverse()", [4, 2, 0]),
    ("$map([1, 2], $range(?, 2, 1))", [[1, 2], 2]),
    ("$range(1, 9, 9)", 1),  # [recorded]
    ("$range(5, 5, 1)", 5),
    ("$range(1.9, 4.9, 1)", [1, 2, 3, 4]),  # [reported] bounds lose their fractions
    ("$range(-1.9, 1.9, 1)", [-1, 0, 1]),
    ("$range(0, 4, 2.9)", [0, 2, 4]),
    ("$count($range(1, 873782, 1))", 873_782),  # [reported]
])
@pytest.mark.usefixtures("unhurried")
def test_range(source, items):
    assert value(source) == items


@pytest.mark.parametrize(("source", "told"), [
    ("$range(5, 1, 1)", UNDEFINED),  # [JSONata] an empty sequence is nothing
    ("$range(1, 5, -1)", UNDEFINED),
    ("$range(1, 5)", refused(3, "range")),
    ("$range(1, 5, 0)", refused(3, "range")),
    ("$range(1, 5, 0.5)", refused(3, "range")),
    ("$range('1', 5, 1)", refused(1, "range")),
    ("$range(1, $none, 1)", refused(2, "range")),
    ("$range(1, 2, 3, 4)", refused(4, "range")),
    ("$range(0, 1e300, 1)", f"{THREW}D2014: The size of the range must not exceed 1000000 items"),
    ("$range(0, 1e300, 2)", f"{THREW}D2014: The size of the range must not exceed 500000 items"),
    ("$count([1..9].$range(1, 900000, -1 + 2))",
     f"{THREW}U1001: The ranges would exceed the size limit of 2000000 items together"),
])
def test_range_refuses(source, told):
    assert failure(source) == told


# ------------------------------------------------- $partition: [AWS] an array and an integer, arrays of that size


@pytest.mark.parametrize(("source", "parts"), [
    ("$partition([1,2,3,4,5,6,7,8,9], 4)", [[1, 2, 3, 4], [5, 6, 7, 8], [9]]),
    ("$partition([0], 3)", [[0]]),  # [recorded]
    ("$partition([], 3)", []),
    ("$partition([1, 2, 3], 2.9)", [[1, 2], [3]]),
    ("$partition([[1], [2]], 1)", [[[1]], [[2]]]),
    ("$partition('ab', 1)", [["ab"]]),
])
def test_partition(source, parts):
    assert value(source) == parts


@pytest.mark.parametrize(("source", "told"), [
    ("$partition([1], 0)", refused(2, "partition")),
    ("$partition([1], -1)", refused(2, "partition")),
    ("$partition([1], 0.9)", refused(2, "partition")),
    ("$partition([1], '1')", refused(2, "partition")),
    ("$partition([1])", refused(2, "partition")),
    ("$partition($none, 1)", refused(1, "partition")),
])
def test_partition_refuses(source, told):
    assert failure(source) == told


# ------------------------------------------------- $hash: [AWS] a text and one of five names


@pytest.mark.parametrize(("name", "algorithm"), [
    ("MD5", "md5"), ("SHA-1", "sha1"), ("SHA-256", "sha256"), ("SHA-384", "sha384"), ("SHA-512", "sha512"),
])
def test_hash(name, algorithm):
    for text in ("", "input", "é日😀"):
        assert value(f"$hash($states.input, '{name}')", text) == hashlib.new(algorithm, text.encode()).hexdigest()


@pytest.mark.parametrize(("source", "told"), [
    ("$hash('a', 'md5')", THREW + 'D3030: The algorithm of function "hash" must be one of MD5, SHA-1, SHA-256, '
                                  "SHA-384, SHA-512"),
    ("$hash('a')", refused(2, "hash")), ("$hash(1, 'MD5')", refused(1, "hash")),
    ("$hash('a', 'MD5', 1)", refused(3, "hash")), ("$hash($none, 'MD5')", refused(1, "hash")),
])
def test_hash_refuses(source, told):
    assert failure(source) == told


# ------------------------------------------------- $parse: [AWS] a stringified JSON


@pytest.mark.parametrize(("text", "parsed"), [
    ('{"a": [1, null]}', {"a": [1, None]}), ("[7]", [7]), ("[[7]]", [[7]]), ("[]", []), ("{}", {}), ('"x"', "x"),
    ("1.5", 1.5), ("true", True), ("null", None), (" null\n", None), (" 1 ", 1), ("-0", 0),
])
def test_parse(text, parsed):
    found = value("$parse($states.input)", text)
    assert (found, type(found)) == (parsed, type(parsed))


@pytest.mark.parametrize("text", ["{", "NaN", "Infinity", "[1,]", "01", "'a'", "1 2", "1e999", '"a\tb"', "undefined"])
def test_parse_refuses_what_is_no_json(text):
    assert failure("$parse($states.input)", text) == THREW + 'D3030: Argument 1 of function "parse" is not JSON'


@pytest.mark.parametrize("levels", [3_000, 100_000])
def test_parse_of_a_text_that_nests_deeply_fails_the_state(levels):
    text = "[" * levels + "]" * levels
    assert failure("$count($parse($states.input))", text) == THREW + "The value is nested too deeply"


def test_parse_of_a_hundred_levels_is_a_value():
    """[reported] About a hundred are taken."""
    assert value("$string($parse($states.input))", "[" * 100 + "]" * 100) == "[" * 100 + "]" * 100


# ------------------------------------------------- base 64


@pytest.mark.parametrize("text", ["", "a", "ab", "abc", "myuser:mypass", "é", "日本", "😀", "\x00\x7f"])
def test_base64_is_the_utf_8_of_a_text(text):
    """[JSONata] "Converts base 64 encoded bytes to a string, using a UTF-8 Unicode codepage"."""
    assert value("$base64encode($states.input)", text) == base64.b64encode(text.encode()).decode()
    assert value("$base64decode($states.input)", base64.b64encode(text.encode()).decode()) == text


def test_base64_decodes_without_its_padding():
    """[JDK] "The Base64 padding character '=' is accepted and interpreted as the end […] but is not required"."""
    assert value("[$base64decode('YQ'), $base64decode('YWI'), $base64decode('YQ==')]") == ["a", "ab", "a"]


@pytest.mark.parametrize("text", [
    "!!!!", "YQ=", "Y", "Y===", "=", "====", "YQ==YQ==", "Y Q==", "YQ\n==", "YQ-_", "é", "日", "YWJj=", "YWJj==",
])
def test_base64_refuses_rubbish(text):
    """[reported] Rubbish fails. [JDK] So does "data that contains characters outside the base64 alphabet", and the
    wrong number of padding characters."""
    assert failure("$base64decode($states.input)", text).startswith(THREW)


@pytest.mark.parametrize(("source", "result"), [
    ("$map(['a', 'b'], $base64encode)", ["YQ==", "Yg=="]), ("'a' ~> $base64encode", "YQ=="),
    ("['a', 'b'].$base64encode()", ["YQ==", "Yg=="]), ("'a' ~> $hash('MD5')", hashlib.md5(b"a").hexdigest()),  # noqa: S324 - what is tested
    ("$map(['[1]', '2'], $parse)", [[1], 2]), ("$exists($base64encode($none))", False), ("$type($hash)", "function"),
])
def test_they_are_functions_like_others(source, result):
    assert value(source) == result


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("letter", ["x", "é", "😀"])
def test_texts_over_a_mebibyte_are_hashed_coded_and_parsed(letter):
    text = letter * 1_100_001
    data = text.encode()
    assert value("$hash($states.input, 'SHA-1')", text) == hashlib.sha1(data).hexdigest()  # noqa: S324 - what is tested
    assert value("$length($base64encode($states.input))", text) == len(base64.b64encode(data))
    assert value("$base64decode($states.input) = $pad('', 1100001, '" + letter + "')", base64.b64encode(data).decode())
    assert value("$length($parse($states.input))", f'"{text}"') == 1_100_001
    assert value("[$hash($states.input, 'MD5'), $hash('', 'MD5')][1]", text) == hashlib.md5(b"").hexdigest()  # noqa: S324


# ------------------------------------------------- built-in functions: [AWS] "that require integer values as
# parameters will automatically round down any non-integer numbers provided"


@pytest.mark.parametrize(("source", "result"), [
    ("$split('a,b,c', ',', 1.9)", "a"), ("$split('a,b,c', /,/, 1.9)", "a"), ("$count($split('a,b', ',', 0.9))", 0),
    ("$match('aXbXcX', /X/, 1.9).index", 1), ("$exists($match('aXb', /X/, 0.9))", False),
    ("$replace('aaa', 'a', 'b', 1.9)", "baa"), ("$replace('aaa', /a/, 'b', 1.9)", "baa"),
    ("$replace('aaa', /a/, function($m) { 'b' }, 1.9)", "baa"), ("$replace('aaa', 'a', 'b', 0.9)", "aaa"),
    ("$formatBase(10, 2.9)", "1010"), ("$formatBase(35, 36.9)", "z"),
    ("$round(1.239, 1.9)", 1.2), ("$round(1.239, 2.5)", 1.24), ("$round($sum([1.1, 0.139]), 1.9)", 1.2),
    ("1.239 ~> $round(1.9)", 1.2), ("$round(1.239, 5 / 2)", 1.24), ("$round(1.239, 2)", 1.24), ("$round(1.5)", 2),
    ("$pad('x', 2.9) & '|'", "x |"), ("$substring('hello', 1.9)", "ello"), ("$substring('hello', 0, 1.9)", "h"),
    ("[1, 2, 3][1.9]", 2), ("$formatInteger(2.9, 'w')", "two"), ("$fromMillis(1.9)", "1970-01-01T00:00:00.001Z"),
])
def test_whole_numbers_are_rounded_down(source, result):
    assert value(source) == (result if source[:6] != "$split" else [result])


# ------------------------------------------------- the language's version


@pytest.mark.parametrize(("source", "position"), [
    ("$a ?? 1", 3), ("$a ?: 1", 3), ("$a ? 1 : 2", None), ("'??' & \"?:\"", None), ("function($x)<s?:s>{$x}", None),
    ("λ($x) <a<s?>?:s>{$x ?? 1}", 20), ("$contains($a, /(?:x)??/)", None), ("$a.`a??b`", None), ("/* ?? */ 1", None),
    ("($a)<$b ?: 3", 8), ("function($x)<n?:n>{1}(2) ?: 2", 25), ("$f(?, 1) ? 1 : 2", None),
])
def test_operators_that_came_later_than_the_services_version(source, position):
    """[AWS] "implements JSONata based on the 2.0.6 specification"; [JSONata] both came with 2.1.0."""
    compile_jsonata(source, "Output")
    assert later_operator(source) == position


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_what_an_editor_offers_is_a_function(name):
    assert value(f"$type(${name})") == "function"


def test_an_editor_offers_what_the_service_adds():
    """AWS, "Transforming data with JSONata": JSONata functions provided by Step Functions."""
    assert {"partition", "range", "hash", "random", "uuid", "parse"} <= ARGUMENTS.keys()
    assert "eval" not in ARGUMENTS
