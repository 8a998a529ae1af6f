"""Splitting a request into clauses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.copilot.clauses import LONGEST, check_request, clauses_of, without_and
from engine.errors import InvalidDocument


@pytest.mark.parametrize(("text", "clauses"), [
    ("When a high value order comes in, ask finance on Slack and charge the card",
     ("When a high value order comes in", "ask finance on Slack", "and charge the card")),
    ("Charge salt and pepper.", ("Charge salt and pepper",)),
    ("1. Read the file\n2. Send it\n- Wait two days", ("Read the file", "Send it", "Wait two days")),
    ('Say "stop, then go" to the driver, then leave at once',
     ('Say "stop, then go" to the driver', "then leave at once")),
    ("Cuando llegue un pedido grande, avisa a finanzas y luego cobra la tarjeta",
     ("Cuando llegue un pedido grande", "avisa a finanzas", "y luego cobra la tarjeta")),
    ("Wenn die Ware fehlt, bestelle nach und dann sage dem Lager Bescheid",
     ("Wenn die Ware fehlt", "bestelle nach", "und dann sage dem Lager Bescheid")),
    ("注文が来たら、財務に確認し、カードに請求する。", ("注文が来たら", "財務に確認し", "カードに請求する")),
    ("ऑर्डर आने पर वित्त से पूछें। फिर कार्ड से भुगतान लें", ("ऑर्डर आने पर वित्त से पूछें", "फिर कार्ड से भुगतान लें")),
    ("Send {$states.input.a, then b} to the desk", ("Send {$states.input.a, then b} to the desk",)),
    ("pay 1,000.50 euros by 3.5.2026", ("pay 1,000.50 euros by 3.5.2026",)),
    ("Ask Anna or Bert: one of them is enough", ("Ask Anna or Bert", "one of them is enough")),
    ("between 1,000 and 10,000 EUR ask one of them", ("between 1,000 and 10,000 EUR ask one of them",)),
    ("Say, e.g. at 3 p.m. on Fridays, that Dr. Meyer is in",
     ("Say", "e.g. at 3 p.m. on Fridays", "that Dr. Meyer is in")),
    ("Ask both (Anna and Bert in finance) first", ("Ask both (Anna and Bert in finance) first",)),
    ("Wenn die Summe größer als 1000 Euro ist, frage nach", ("Wenn die Summe größer als 1000 Euro ist", "frage nach")),
    ("S'il n'y en a plus, préviens les achats", ("S'il n'y en a plus", "préviens les achats")),
    ("Transcreva-o com o nosso workflow e depois publique o texto", ("Transcreva-o com o nosso workflow",
     "e depois publique o texto")),
    ("…", ()),
])
def test_clauses(text, clauses):
    assert clauses_of(text) == clauses


@given(st.text(alphabet='ab ,.;\n!?and"then或。{}-1', max_size=60))
def test_no_letter_of_a_request_is_lost(text):
    letters = re.sub(r"[^ab或the]", "", re.sub(r"(?m)^\s*(?:[-*•]|\(?\d{1,2}[.)])\s+", "", text))
    kept = "".join(clauses_of(text))
    assert [each for each in letters if each not in kept] == []
    assert all(re.search(r"\w", clause) for clause in clauses_of(text))


def test_a_clause_without_its_and():
    assert without_and("and then charge the card") == "charge the card"
    assert without_and("andy calls") == "andy calls"
    assert without_and("before it ends") == "before it ends"


@pytest.mark.parametrize("text", ["", " \n", "x" * (LONGEST + 1)])
def test_a_request_that_is_none_is_refused(text):
    with pytest.raises(InvalidDocument) as refused:
        check_request(text)
    assert refused.value.advice


def test_a_request_is_taken_without_the_spaces_around_it():
    assert check_request(f"  {'x' * LONGEST}\n") == "x" * LONGEST
