"""What an older release stored is read and stepped by this one; golden_histories.py says what the files are."""

from __future__ import annotations

import base64
import copy
from dataclasses import replace

import pytest

from tests.support.golden_histories import (
    WORKFLOWS,
    add,
    codec,
    digest,
    histories,
    listed,
    read,
    record,
    replay,
    unpacked,
)
from tests.support.sample_cases import sample_cases

CASES = list(sample_cases())


@pytest.mark.parametrize("path", histories(), ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_a_golden_history_is_read_and_stepped_as_it_was(path):
    assert list(replay(read(path))) == []


def test_golden_histories_are_only_added_to():
    assert {path.relative_to(WORKFLOWS).as_posix(): digest(path) for path in histories()} == listed()


@pytest.mark.parametrize("sample", CASES, ids=str)
def test_every_case_has_one(sample):
    assert sample.golden.with_name(f"{sample.case.name}.1.history.json").exists()


def test_a_history_that_was_meddled_with_is_noticed():
    history = record(CASES[0], dies=False)
    last = copy.deepcopy(history)
    del last["executions"][0]["segments"][-1]
    assert list(replay(history)) == []
    assert list(replay(last)) == [f"{history['executions'][0]['id']}: it does not end"]


def test_an_engine_that_steps_otherwise_is_noticed(monkeypatch):
    history = record(CASES[0], dies=False)
    decode = codec.decode_stimuli
    monkeypatch.setattr(codec, "decode_stimuli", lambda body: decode(body)[:-1])
    assert any("stepping gives another snapshot" in found for found in replay(history))


def test_an_engine_that_loads_otherwise_is_noticed(monkeypatch):
    history = record(CASES[0], dies=False)
    decode = codec.decode_snapshot
    monkeypatch.setattr(codec, "decode_snapshot", lambda bodies: replace(decode(bodies), next_visit=99))
    assert any("another snapshot is loaded" in found for found in replay(history))


def test_deltas_and_takeovers_are_among_them():
    segments = [
        segment for path in histories() for execution in unpacked(read(path))["executions"]
        for segment in execution["segments"]
    ]
    kinds = {stimulus["k"] for segment in segments for stimulus in segment["body"]["s"]}
    assert any("w" not in segment["body"] for segment in segments)
    assert kinds >= {"Started", "TaskStarted", "TaskReturned", "TaskErred", "TaskTakenOver", "TimePassed",
                     "CallbackReturned"}
    markers = {
        base64.b64decode(segment["body"])[:1] for path in histories() for execution in read(path)["executions"]
        for segment in execution["segments"]
    }
    assert markers == {b"\x00", b"\x01"}


def test_what_is_recorded_already_is_not_added_again(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.support.golden_histories.MANIFEST", tmp_path / "golden.sha256")
    assert [add(sample, dies=dies) for sample in CASES[:3] for dies in (False, True)] == [None] * 6
