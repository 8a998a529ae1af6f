"""Every word of any text is used, with a part of the draft that is there, or is a to-do: it holds by construction."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.copilot.accounting.synonyms import GLUE
from engine.copilot.offline.words import words_of
from tests.copilot.evaluate import COPILOT, sentences
from tests.copilot.verdict import at_pointer, lost

_ENTRIES = [*sentences("asked.json"), *sentences("stranger.json"), *sentences("sentences.json"),
            *sentences("stranger_locked.json"), *sentences("second.json"), *sentences("second_locked.json")]
WORDS = sorted({word for entry in _ENTRIES for word in re.findall(r"[\w$#/.:@-]+|[,.;!?]", entry["sentence"])})
PARTS = sorted({part for entry in _ENTRIES for part in re.split(r"(?<=[,;.])\s", entry["sentence"])})


COUNTS = ("every", "each", "half", "half an", "a", "1.5", "45", "eleven", "forty-two", "two hundred", "a dozen", "once",
          "twice", "٣", "½", "99999999999999", "-3", "0")
SPANS = ("s", "sec", "secs", "m", "min", "mins", "h", "hr", "hrs", "d", "days", "fortnight", "wks", "mos", "moment",
         "decade", "ticks", "times", "at once", "%", "am", "o'clock")


def check(text):
    proposal = COPILOT.draft(text)
    covered = [place for word in proposal.words for place in range(word.start, word.end)]
    assert len(covered) == len({*covered}), "two uses of one word"
    for word in proposal.words:
        assert word.text == text.strip()[word.start:word.end]
        assert word.pointer is None or at_pointer(proposal.document, word.pointer) is not None
    for word in words_of(text.strip()):
        glue = word.kind == "mark" or word.lower in GLUE
        assert glue or {*range(word.start, word.end)} <= {*covered}, f"{word.text} is lost"
    said = " ".join(to_do.text for to_do in proposal.to_dos)
    assert all(f'"{word.text}"' in said for word in proposal.words if word.pointer is None)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join))
@example("21:00 America/Chicago.")
def test_any_words_are_accounted_for(text):
    check(text)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map(" ".join))
def test_any_clauses_are_accounted_for(text):
    check(text)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(*map(st.sampled_from, (WORDS, COUNTS, COUNTS, SPANS))), min_size=1, max_size=4))
def test_any_quantity_is_accounted_for(parts):
    check(" ".join(" ".join(part) for part in parts))


@settings(deadline=None, max_examples=30)
@given(st.text(min_size=1, max_size=80).filter(lambda text: text.strip()))
def test_any_text_is_accounted_for(text):
    check(text)


def test_no_number_of_the_sentences_is_said_to_be_where_it_is_not():
    found = {entry["id"]: lost(COPILOT.draft(entry["sentence"]), entry["sentence"]) for entry in _ENTRIES}
    assert {name: words for name, words in found.items() if words} == {}
