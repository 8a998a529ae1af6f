"""Where a clause begins: also before a verb that is in no list."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine.catalog.states import states_of
from engine.copilot.offline.clauses import clauses_of
from engine.copilot.offline.words import PREPOSITIONS, VERBS
from tests.copilot.evaluate import COPILOT


@pytest.mark.parametrize(("text", "clauses"), [
    ("Email the customer and spruce up the record.", ["email the customer", "spruce up the record"]),
    ("Call https://a.example/x and dump it to the log.", ["call https://a.example/x", "dump it to the log"]),
    ("If the total is over 500 defrost the account.", ["if the total is over 500", "defrost the account"]),
    ("Email ada@x.org and Slack #ops.", ["email ada@x.org", "slack #ops"]),
    ("Email the customer and the manager.", ["email the customer and the manager"]),
    ("Email the customer today and tomorrow the manager.", ["email the customer today and tomorrow the manager"]),
    ("Check the fields and the names.", ["check the fields and the names"]),
])
def test_a_verb_is_known_by_where_it_stands(text, clauses):
    assert [clause.text for clause in clauses_of(text)] == clauses


@settings(deadline=None, max_examples=80)
@given(st.text("abcdefghijklmnoprtuvwz", min_size=4, max_size=9), st.sampled_from([
    "Email the customer and {} the record.",
    "If the total is over 500, email ada@example.com and {} the record.",
    "If the total is over 500 {} the record and email ada@example.com.",
    "Every day at 8 am in Paris call https://a.example/x, {} the record and post to #ops.",
]))
@example("whitelabel", "When a form is submitted, {} the record and post to #ops.")
def test_what_nobody_has_a_word_for_is_a_step_of_its_own_or_a_to_do(verb, form):
    assume(not verb.endswith(("ly", "ing", "ed")) and verb not in {
        *VERBS, *PREPOSITIONS, "them", "they", "these", "that", "then"})
    proposal = COPILOT.draft(form.format(verb))
    names = [item.name.lower() for item in states_of(proposal.document["definition"])]
    lost = [word.text for word in proposal.words if word.pointer is None and verb in word.text]
    assert lost or any(name.startswith(verb) for name in names), names
