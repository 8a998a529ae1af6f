"""The sentences that are written as people ask are those that were committed before the grammar was changed."""

from __future__ import annotations

import hashlib
import json

from tests.copilot.evaluate import FOLDER, sentences

OPEN, LOCKED = sentences("asked.json"), sentences("locked.json")


def test_every_sentence_and_its_judge_is_the_one_that_was_committed_first():
    kept = json.loads((FOLDER / "digests.json").read_text(encoding="utf-8"))
    found = {
        entry["id"]: hashlib.sha256(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        for entry in [*OPEN, *LOCKED]
    }
    assert found == kept
    assert len(found) >= 150


def test_the_locked_third_is_the_one_that_the_hash_chooses():
    for entries, locked in ((OPEN, False), (LOCKED, True)):
        for entry in entries:
            digest = hashlib.sha256(entry["sentence"].encode()).hexdigest()
            assert (int(digest, 16) % 3 == 0) is locked, entry["id"]
