"""The scope: lazy context, and randomness that a replay repeats."""

from __future__ import annotations

import re

from engine.language.expr.scope import ABSENT, Scope


def test_the_context_is_made_once_and_only_when_asked_for():
    made = []

    def make():
        made.append(1)
        return {"Execution": {"Id": "e"}}

    scope = Scope({}, make, {})
    assert made == []
    assert scope.context["Execution"]["Id"] == "e"
    assert scope.context["Execution"]["Id"] == "e"
    assert made == [1]


def test_absent_is_neither_null_nor_true():
    assert ABSENT is not None
    assert not ABSENT


def draws(**facts):
    scope = Scope(**facts)
    return [scope.uuid("Output/a"), scope.uuid("Output/a"), scope.uuid("Output/b")]


def test_replaying_a_stimulus_repeats_every_value():
    assert draws(seed=7, place=((), 3)) == draws(seed=7, place=((), 3))


def test_calls_fields_places_and_seeds_differ():
    origins = [(7, ((), 3)), (8, ((), 3)), (7, ((1,), 3)), (7, ((), 4))]
    assert len({drawn for seed, place in origins for drawn in draws(seed=seed, place=place)}) == 12


def test_a_uuid_is_of_version_4_and_a_fraction_below_one():
    scope = Scope(seed=1)
    for _ in range(50):
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", scope.uuid(None))
        assert 0 <= scope.random_fraction(None) < 1
        assert 0 <= scope.random_seed(None) < 2**63
