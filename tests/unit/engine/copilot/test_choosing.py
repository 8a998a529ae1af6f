"""Of several ways to read a sentence the one is taken that leaves the fewest of its words over."""

from __future__ import annotations

from connectors.registry import Registry
from engine.copilot.choosing import LONGEST, best_draft, left_over
from engine.copilot.offline.drafter import draft
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=list))


def test_a_way_that_leaves_less_over_is_taken():
    said = "By urgency: high goes to #alarm on Slack, low goes to #later on Slack."
    plain, best = draft(said, CATALOGUE), best_draft(said, CATALOGUE)
    assert left_over(said, best, CATALOGUE) <= left_over(said, plain, CATALOGUE)
    labelled = "Plan free: email the guide. Plan team: call https://a.io/x."
    plain, best = draft(labelled, CATALOGUE), best_draft(labelled, CATALOGUE)
    assert left_over(labelled, best, CATALOGUE) < left_over(labelled, plain, CATALOGUE)
    assert '$states.input.plan = "free"' in str(best.document)
    assert best.document["definition"]["Comment"] == labelled


def test_what_is_understood_is_read_as_it_stands():
    said = "If the total is over 100, email boss@a.io."
    assert best_draft(said, CATALOGUE).document == draft(said, CATALOGUE).document


def test_a_long_text_is_read_once():
    said = f"{'Plan free: email the guide. Plan team: call https://a.io/x. ' * 30}"[:LONGEST + 1]
    assert best_draft(said, CATALOGUE).document == draft(said, CATALOGUE).document
