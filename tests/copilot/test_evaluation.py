"""The offline drafter on the evaluation's sentences, and on texts that mean nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.registry import Registry
from engine.catalog.document import parse_document
from engine.catalog.states import states_of
from engine.copilot.offline.drafter import LONGEST, draft
from engine.errors import InvalidDocument
from engine.language.asl.validate import validate
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.evaluate import passed, scores, sentences

CATALOGUE = catalogue_of(Registry(installed=list))
WORDS = sorted({
    *(word for entry in sentences("sentences.json") for word in re.findall(r"[\w$#/.:-]+|[,.;!?]", entry["sentence"])),
    "größe", "Ünïted", "²", "٣", "{%", "%}", "“", "”", '"', "'s", "-", "_", "__x", "a-", "99999999999999", "1e9", "0",
    "between", "starts with", "contains", "skip it", "they decline", "if not", "rejected", "has no", "for all",
})


def test_reaches_at_least_80_percent_of_at_least_40_sentences():
    found = scores("sentences.json")
    assert len(found) >= 40
    failed = {score.id: score.faults for score in found if score.faults}
    assert passed(found) >= 0.8 * len(found), failed


def test_the_sentence_of_the_guide_is_drafted_as_expected():
    [guide] = [score for score in scores("sentences.json") if score.id == "guide"]
    assert guide.faults == []


def test_an_expectation_that_is_not_met_is_a_fault():
    """The scoring itself: a draft held against another sentence's structure."""
    from tests.copilot.scoring import faults  # noqa: PLC0415 - beside what it shows

    every = {entry["id"]: entry for entry in sentences("sentences.json")}
    guide = draft(every["guide"]["sentence"], CATALOGUE)
    assert faults(guide, every["guide"]["expect"]) == []
    others = [name for name, entry in every.items() if name != "guide" and not faults(guide, entry["expect"])]
    assert others == []


def check(text):
    """A draft of any text is a document that the catalogue takes and the linter has no error in."""
    if not text.strip():
        with pytest.raises(InvalidDocument, match="empty"):
            draft(text, CATALOGUE)
        return
    proposal = draft(text, CATALOGUE)
    parse_document(proposal.document)
    found = validate(proposal.document["definition"])
    assert [item for item in found if item.severity == "ERROR"] == []
    assert list(proposal.diagnostics) == found
    names = {item.name for item in states_of(proposal.document["definition"])}
    assert {to_do.state for to_do in proposal.to_dos} <= {*names, None}  # None: the document as a whole
    assert {name for line in proposal.plan for name in line.states} <= names


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=30).map(" ".join))
def test_any_words_in_any_order_make_a_valid_draft(text):
    check(text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_makes_a_valid_draft(text):
    check(text)


@settings(deadline=None)
@given(st.permutations([part for entry in sentences("sentences.json")
                        for part in re.split(r"(?<=[,;.])\s", entry["sentence"])]))
def test_the_clauses_of_all_sentences_shuffled_make_a_valid_draft(parts):
    check(" ".join(parts)[:1200])


@pytest.mark.parametrize("unit", [
    "for each item, ", "if it fails, ", "if approved, ", "if a is b ", "otherwise ", "a ", "( ", "unless ",
    "in parallel ",
    "ask a on slack. if approved, ", "a of a ", "retry ", "wait until ", "run the a, b and c functions ", "-",
])
def test_the_longest_text_of_one_thing_over_and_over_is_drafted(unit):
    check((unit * LONGEST)[:LONGEST])


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(InvalidDocument, match="4001 characters"):
        draft("a" * 4001, CATALOGUE)
