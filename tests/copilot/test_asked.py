"""The sentences that are written as people ask are those that were committed before the grammar was changed."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter

from tests.copilot.evaluate import FOLDER, sentences

OPEN, LOCKED = sentences("asked.json"), sentences("locked.json")
STRANGER, STRANGER_LOCKED = sentences("stranger.json"), sentences("stranger_locked.json")
"""Those of a stranger to the grammar: the open half, and the locked one, which came here when it had been run."""
SECOND, SECOND_LOCKED = sentences("second.json"), sentences("second_locked.json")
"""Those of a second one: the open ones, and the locked ones, which came here when they had been run."""
THIRD, THIRD_LOCKED = sentences("third.json"), sentences("third_locked.json")
"""Those of a third author, in the same way."""
FIFTH, FIFTH_LOCKED = sentences("fifth.json"), sentences("fifth_locked.json")
"""Those of a fifth author, run once when they were committed."""


def digest(entry):
    return hashlib.sha256(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def hashed(entry):
    return hashlib.sha256(entry["sentence"].encode()).hexdigest()


def kept(file):
    return json.loads((FOLDER / file).read_text(encoding="utf-8"))


def test_every_sentence_and_its_judge_is_the_one_that_was_committed_first():
    found = {entry["id"]: digest(entry) for entry in [*OPEN, *LOCKED]}
    assert found == kept("digests.json")
    assert len(found) >= 150


def test_the_locked_third_is_the_one_that_the_hash_chooses():
    for entries, locked in ((OPEN, False), (LOCKED, True)):
        for entry in entries:
            assert (int(hashed(entry), 16) % 3 == 0) is locked, entry["id"]


def test_the_strangers_are_those_that_were_committed_first():
    found = {entry["id"]: digest(entry) for entry in [*STRANGER, *STRANGER_LOCKED]}
    assert found == kept("stranger_digests.json")


def test_the_locked_half_of_the_strangers_is_the_one_that_the_hash_chooses():
    for entries, locked in ((STRANGER, 0), (STRANGER_LOCKED, 1)):
        assert [entry["id"] for entry in entries if int(hashed(entry)[0], 16) % 2 != locked] == []


def test_the_second_strangers_are_those_that_were_committed_before_the_grammar_was_changed_for_them():
    assert {entry["id"]: digest(entry) for entry in [*SECOND, *SECOND_LOCKED]} == kept("second_digests.json")
    assert (len(SECOND), len(SECOND_LOCKED)) == (90, 50)


def test_the_third_authors_are_those_that_came_here_when_they_were_run():
    assert {entry["id"]: digest(entry) for entry in [*THIRD, *THIRD_LOCKED]} == kept("third_digests.json")
    assert (len(THIRD), len(THIRD_LOCKED)) == (90, 60)


def test_the_fourth_authors_are_those_that_came_here_when_they_were_run():
    assert hashlib.sha256((FOLDER / "fourth_locked.json").read_bytes()).hexdigest() == (
        "29373675996cfb7db6e8602aa376060087d3bf56b11023d41da69fbc42893667"
    )


def test_the_fifth_authors_are_those_that_were_committed_first():
    assert {entry["id"]: digest(entry) for entry in [*FIFTH, *FIFTH_LOCKED]} == kept("fifth_digests.json")
    assert (len(FIFTH), len(FIFTH_LOCKED)) == (90, 60)


def test_the_locked_ones_of_the_fifth_author_are_those_that_the_lot_chooses():
    """Four of the ten of each kind; drawn again until each of the six voices has ten."""
    kinds = {}
    for entry in sorted([*FIFTH, *FIFTH_LOCKED], key=lambda entry: entry["id"]):
        kinds.setdefault(entry["about"].partition(": ")[2], []).append(entry["id"])
    lot = random.Random(2027)  # noqa: S311
    while True:
        drawn = [one for kind in sorted(kinds) for one in lot.sample(kinds[kind], 4)]
        if [*Counter(one.rpartition("-")[0] for one in drawn).values()] == [10] * 6:
            break
    assert sorted(drawn) == [entry["id"] for entry in FIFTH_LOCKED]


def test_the_sixth_authors_are_those_that_came_here_when_they_were_run():
    """The sentences are those of before the run; of the judges only the case of a Map's items was mended."""
    assert hashlib.sha256((FOLDER / "sixth_locked.json").read_bytes()).hexdigest() == (
        "00266adbb156f0b0e2279e43443c5fa0ada56e1112c51ecbb1c0989d6931acf1"
    )
    assert len(sentences("sixth_locked.json")) == 50


def test_the_eighth_authors_are_those_that_came_here_when_they_were_run():
    assert hashlib.sha256((FOLDER / "eighth_locked.json").read_bytes()).hexdigest() == (
        "7e0e7310358db3e9dcebb05b6b9216f6a058082cbc135f598032145543bd25f9"
    )
    assert len(sentences("eighth_locked.json")) == 50


def test_the_eleventh_authors_are_those_that_came_here_when_they_were_run():
    assert hashlib.sha256((FOLDER / "eleventh_locked.json").read_bytes()).hexdigest() == (
        "b562b7e2d9cbe20a0016f28d6530c32dc4fd22b0c3d6b6a1ec6ade14bd35a3dc"
    )
    assert len(sentences("eleventh_locked.json")) == 40


def test_the_twelfth_authors_are_those_that_came_here_when_they_were_run():
    names = ("twelfth_locked.json", "twelfth.json")
    digests = [hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in names]
    assert digests == ["f5ad69b3acfdd11d1531115be0cd0d9f05b64a60141257070fb05ce7a5720975",
                       "57b1df0fbfbe0d9f704f5558ed454d0873b7e90b63a7ee73fdc243b42bb47753"]
    assert [len(sentences(name)) for name in names] == [50, 30]


def test_the_thirteenth_authors_are_those_that_came_here_when_they_were_run():
    content = (FOLDER / "thirteenth_locked.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == "f23f58725e55159a33f19373c934bdc1d55d30c5140fc8996db2c08b342b72fe"
    assert len(sentences("thirteenth_locked.json")) == 60
