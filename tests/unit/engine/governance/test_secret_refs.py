import traceback

import pytest

from engine.errors import InvalidDocument
from engine.governance.secret_refs import check_key, check_value, in_place


@pytest.mark.parametrize("key", ["A", "stripe.key-2_X", "0", "x" * 128])
def test_a_key_is_letters_digits_underscores_dots_and_dashes(key):
    assert check_key(key) == key


@pytest.mark.parametrize("key", ["", "a b", "a/b", "ä", "x" * 129, "a\n", "$KEY"])
def test_any_other_key_is_refused_with_advice(key):
    with pytest.raises(InvalidDocument) as caught:
        check_key(key)
    assert "128" in caught.value.advice


@pytest.mark.parametrize("value", ["", "hush\ud800", "hush" * 16_384 + "!"], ids=["empty", "no text", "too large"])
def test_a_value_that_cannot_be_kept_is_refused_without_showing_it(value):
    with pytest.raises(InvalidDocument) as caught:
        check_value(value)
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_any_other_value_is_kept():
    assert check_value("ö" * 32_768) == "ö" * 32_768


def test_only_what_the_pointers_lead_to_is_replaced():
    arguments = {
        "a/b": {"$secret": "K"}, "list": [1, {"deep~": {"$secret": "L"}}], "data": {"$secret": "K"}, "n": None,
    }
    refs = [("/a~1b", "K"), ("/list/1/deep~0", "L")]
    assert in_place(arguments, refs, {"K": "one", "L": "two"}) == {
        "a/b": "one", "list": [1, {"deep~": "two"}], "data": {"$secret": "K"}, "n": None,
    }


@pytest.mark.parametrize(
    ("pointer", "key"),
    [("/gone", "K"), ("/list/9", "K"), ("/list/x", "K"), ("/text/0", "K"), ("/ref", "OTHER"), ("/ref/$secret", "K"),
     ("/more", "K")],
)
def test_a_pointer_that_does_not_lead_to_its_reference_changes_nothing(pointer, key):
    arguments = {"list": [1], "text": "t", "ref": {"$secret": "K"}, "more": {"$secret": "K", "x": 1}}
    assert in_place(arguments, [(pointer, key)], {"K": "v", "OTHER": "v"}) == arguments


def test_the_whole_argument_may_be_a_reference():
    assert in_place({"$secret": "K"}, [("", "K")], {"K": "v"}) == "v"


def test_the_copy_shares_nothing_with_the_arguments():
    arguments = {"a": {"b": [{"$secret": "K"}]}}
    copy = in_place(arguments, [("/a/b/0", "K")], {"K": "v"})
    copy["a"]["b"].append(1)
    copy["a"]["c"] = 1
    assert arguments == {"a": {"b": [{"$secret": "K"}]}}


def test_a_key_without_a_value_keeps_its_reference():
    assert in_place({"a": {"$secret": "K"}}, [("/a", "K")], {}) == {"a": {"$secret": "K"}}
