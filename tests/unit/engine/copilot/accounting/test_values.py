"""Names and values of a sentence held against documents: where they stand counts, and where they do not."""

from __future__ import annotations

import pytest

from engine.copilot.accounting.facts import Facts
from engine.copilot.accounting.values import values_in


def document(name="Step", **state):
    made = {"Type": "Task", "Resource": "connector:slack:post_message", "End": True, **state}
    return {"definition": {"StartAt": name, "States": {name: made}}}


def found(sentence, made):
    """Whether the document has each name and value."""
    return {sentence[start:end]: pointer is not None for start, end, pointer in values_in(sentence, Facts.of(made))}


@pytest.mark.parametrize(("sentence", "said"), [
    ("put an OrderPaid event on the bus", "OrderPaid"),
    ("the status is set to shipped", "shipped"),
    ("mark it as urgent", "urgent"),
    ("save it as summary", "summary"),
    ("open an issue called outage", "outage"),
    ("start it with the mode draft", "draft"),
])
def test_an_argument_has_it_and_the_name_of_a_step_or_a_to_do_has_not(sentence, said):
    assert found(sentence, document(Arguments={"text": f"It is {said}."})) == {said: True}
    assert found(sentence, document(name=f"Step {said}", Arguments={"text": "It is."})) == {said: False}
    assert found(sentence, document(Arguments={"text": f"TODO: {sentence}"})) == {said: False}


def test_a_name_that_is_told_is_in_the_text_that_is_to_be_written():
    made = document(Arguments={"text": "TODO: tell them that Anna is here"})
    assert found("tell them that Anna is here", made) == {"Anna": True}
    assert found("tell them of it in Anna", made) == {"Anna": False}


def test_the_words_of_one_name_belong_together():
    sheets = document(Resource="connector:google_sheets:append_rows")
    assert found("save it in Google Drive", sheets) == {"Google": True, "Drive": False}
    assert found("save it in Google Sheets", sheets) == {"Google": True, "Sheets": True}


@pytest.mark.parametrize(("condition", "held"), [
    ('{% $states.input.country = "Norway" %}', True), ("{% $states.input.soldNorway %}", False),
])
def test_a_place_is_what_is_compared_and_no_part_of_a_path(condition, held):
    choice = document(Type="Choice", Choices=[{"Condition": condition, "Next": "Step"}])
    assert found("if it is sold in Norway", choice) == {"Norway": held}


@pytest.mark.parametrize("sentence", [
    "Call The Billing Service And Email Them", "the PDF is sent", "First, it is sent", "I've sent it; We wait",
    "the updated figures go to the owner", "as soon as it is saved as usual",
])
def test_what_is_no_name_and_no_value(sentence):
    assert [text for text in found(sentence, document()) if text != "We"] == []
