"""The models hold in every state that they can reach; what is planted in them is found; and the code does as they say.

The walks of a replay together make every move of a model, of smaller bounds than those that are explored. A walk is
replayed on the real code, port call by port call, and after each the stores hold what the model says, and each process
is about to make the call that the model says.
"""

from __future__ import annotations

import random

import pytest

from engine.durable.lifecycle.redrives import Redrives
from tests.crash.families import opened
from tests.crash.model.exploring import covering, explore
from tests.crash.model.redriving import Redriving
from tests.crash.model.replaying import replay_redriving, replay_telling
from tests.crash.model.telling import Telling

MODELS = {"redriving": (Redriving, replay_redriving), "telling": (Telling, replay_telling)}

EXPLORED = [
    (Redriving(deaths=0, freezes=1, redrivers=2, sweeps=False), 7_000),
    (Redriving(deaths=1, freezes=0, workers=1, redrivers=1), 5_000),
    (Redriving(deaths=0, freezes=1, redrivers=2, sweeps=False, together=True), 3_000),
    (Telling(deaths=0), 3_000), (Telling(deaths=1, workers=1), 5_000),
    (Telling(deaths=0, together=True), 2_000),
]
EXPLORED_IN_FULL = [
    (Redriving(deaths=1, freezes=0, redrivers=1), 100_000), (Redriving(deaths=0, freezes=0, redrivers=2), 100_000),
    (Redriving(deaths=0, freezes=2, redrivers=2, sweeps=False), 20_000), (Telling(deaths=1), 90_000),
    (Telling(deaths=1, together=True), 70_000),
]

PLANTED = [
    (Redriving, "no fence", "two calls"), (Redriving, "no lease", "lease"),
    (Redriving, "header first", "redriven"), (Redriving, "closed first", "header"),
    (Redriving, "close by any", "closed all the same"), (Redriving, "reopened undue", "due never"),
    (Telling, "mark first", "unread"), (Telling, "mark kept", "unread"), (Telling, "deleted first", "lost"),
    (Telling, "mark deleted late, unlooked", "unread"),
]

REPLAYED = {
    "redriving": {"deaths": 0, "freezes": 1, "redrivers": 1, "sweeps": False}, "telling": {"deaths": 0, "workers": 1},
}
REPLAYED_IN_FULL = {
    "redriving": {"deaths": 1, "freezes": 0, "redrivers": 1, "workers": 1}, "telling": {"deaths": 1, "workers": 1},
}
WALKS = {"memory": 80, "sqlite": 30, "aws": 2}
WALKS_IN_FULL = {"memory": None, "sqlite": 600, "aws": 60}


@pytest.mark.parametrize(("model", "least"), EXPLORED)
def test_nothing_is_wrong_in_any_state(model, least):
    found = explore(model)
    assert found.wrong is None, found.wrong
    assert len(found.came) >= least  # else it proves less than it says


@pytest.mark.full
@pytest.mark.parametrize(("model", "least"), EXPLORED_IN_FULL)
def test_nothing_is_wrong_in_any_state_in_full(model, least):
    test_nothing_is_wrong_in_any_state(model, least)


@pytest.mark.parametrize(("kind", "error", "said"), PLANTED)
def test_what_is_planted_is_found(kind, error, said):
    bounds = {"deaths": 0, "redrivers": 2, "sweeps": False} if kind is Redriving else {}
    found = explore(kind(error=error, **bounds))
    assert found.wrong is not None
    assert said in found.wrong[1]


@pytest.mark.parametrize("error", ["mark deleted late", "unlooked"])
def test_of_the_mark_and_the_last_look_one_is_enough(error):
    """What the exploration found: each of the two makes good that the other one is missing, while nobody dies."""
    assert explore(Telling(deaths=0, error=error)).wrong is None


def walks(name, family, bounds, most):
    kind, replay = MODELS[name]
    model = kind(**bounds, together=family == "sqlite")
    found = covering(model, explore(model))
    drawn = random.Random(f"{name} {family}")  # noqa: S311  the same each time
    return model, replay, found if most is None else drawn.sample(found, min(most, len(found)))


def replayed(name, family, bounds, most, folder):
    model, replay, chosen = walks(name, family, bounds, most)
    with opened(family, folder) as fresh:
        moves = sum(replay(model, walk, fresh()) for walk in chosen)
    assert moves > 10 * len(chosen)


@pytest.mark.parametrize("family", WALKS)
@pytest.mark.parametrize("name", MODELS)
def test_the_code_does_as_the_model_says(name, family, tmp_path):
    replayed(name, family, REPLAYED[name], WALKS[family], tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("family", WALKS_IN_FULL)
@pytest.mark.parametrize("name", MODELS)
def test_the_code_does_as_the_model_says_in_full(name, family, tmp_path):
    replayed(name, family, REPLAYED[name], None if family == "memory" else WALKS_IN_FULL[family], tmp_path)
    replayed(name, family, REPLAYED_IN_FULL[name], WALKS_IN_FULL[family], tmp_path / "more")


def test_a_code_that_does_otherwise_is_noticed(monkeypatch, tmp_path):
    """Its redrive leaves the header as it is."""
    monkeypatch.setattr(Redrives, "_reopen", lambda *_args: None)
    with pytest.raises(AssertionError, match="the model"):
        replayed("redriving", "memory", REPLAYED["redriving"], None, tmp_path)
