"""Edits of large values: a reference that leads nowhere, a value that counts twice, a schema before its time.

Each has a test that fails with it. Of the lines that were edited beside these, four change time, memory or nothing at
all: values that `Values.of` knows from before a checkpoint are not asked for, one that it knows it may take from either
body, `text_and_size` may write out events that are not used, and a text that is not kept is written again.
"""

from __future__ import annotations

from tests.crash.editing import Edit
from tests.crash.edits import Edited

LARGE = "tests/unit/engine/durable/test_large_values.py::"
SHARED = "tests/unit/engine/durable/test_shared_values.py::"
OUTLINE = "tests/unit/engine/durable/test_outline.py::"

LARGE_VALUE_EDITS: dict[str, Edited] = {
    "values held over a checkpoint": Edited(
        "nothing refers back over a checkpoint",
        Edit(
            "engine.durable.large_values",
            (
                "        if whole and self._held:\n"
                "            self._held = {}"
            ),
            (
                "        if whole and not self._held:\n"
                "            self._held = {}"
            ),
        ),
        test=LARGE + "test_what_a_checkpoint_does_not_hold_is_written_again_after_it_and_not_kept_in_memory",
    ),
    "a small checkpoint uncounted": Edited(
        "a checkpoint without large values is one too",
        Edit(
            "engine.durable.large_values",
            "self._last = _NOTHING_WHOLE if whole else _NOTHING",
            "self._last = _NOTHING",
        ),
        test=LARGE + "test_what_a_checkpoint_does_not_hold_is_written_again_after_it_and_not_kept_in_memory",
    ),
    "a checkpoint that refers": Edited(
        "a checkpoint holds all of its values",
        Edit(
            "engine.durable.large_values",
            "held = {} if whole else self._held",
            "held = self._held",
        ),
        test=LARGE + "test_a_later_segment_refers_to_the_value_until_the_next_checkpoint",
    ),
    "a value that is not there": Edited(
        "a value that is referred to and not there is damage",
        Edit(
            "engine.durable.large_values",
            (
                "        if digest not in self._read[seq]:\n"
                '            raise StoreCorrupt(f"a large value is not in segment {seq}, where it was written")\n'
                "        return self._read[seq][digest]"
            ),
            "        return self._read[seq].get(digest)",
        ),
        test=LARGE + "test_a_later_segment_refers_to_the_value_until_the_next_checkpoint",
    ),
    "a segment that was not read": Edited(
        "whoever has not read a segment says so",
        Edit(
            "engine.durable.large_values",
            (
                '            raise StoreCorrupt(f"a large value of a segment is in segment {seq}, which was not read")'
            ),
            "            return None",
        ),
        test=LARGE + "test_a_later_segment_refers_to_the_value_until_the_next_checkpoint",
    ),
    "a deletion called damage": Edited(
        "what was deleted while it was read is not damaged",
        Edit(
            "engine.durable.codec",
            (
                "        if journal.header(key) is None:\n"
                "            raise NotFound("
            ),
            (
                "        if key is None:\n"
                "            raise NotFound("
            ),
        ),
        test=LARGE + "test_what_was_deleted_while_it_was_read_is_not_called_damaged",
    ),
    "a table that fits no place": Edited(
        "a segment that cannot be put together is damaged",
        Edit(
            "engine.durable.outline",
            '        raise StoreCorrupt(f"a segment cannot be put together: {error!r}") from error',
            "        del error",
        ),
        test=LARGE + "test_a_table_that_fits_no_place_is_named",
    ),
    "an outline that fits no place": Edited(
        "an outline that cannot be read is damaged",
        Edit(
            "engine.durable.outline",
            '        raise StoreCorrupt(f"the outline of a segment cannot be read: {error!r}") from error',
            "        del error",
        ),
        test=LARGE + "test_a_table_that_fits_no_place_is_named",
    ),
    "shared before it is confirmed": Edited(
        "values are shared from schema 4 on",
        Edit(
            "engine.durable.codec",
            "        if schema >= outline.SHARES_VALUES:",
            "        if schema >= 1:",
        ),
        test=LARGE + "test_an_earlier_release_reads_what_a_stage_writes_that_has_not_confirmed_it",
    ),
    "counted as shared before it is": Edited(
        "values count once from schema 4 on",
        Edit(
            "engine.durable.activation",
            "self._written = Written(known, self.seq + 1) if schema >= SHARES_VALUES else None",
            "self._written = Written(known, self.seq + 1)",
        ),
        test=SHARED + "test_a_segment_is_as_long_as_what_is_new_in_it",
    ),
    "a newer body read": Edited(
        "a newer release's body is left to it",
        Edit(
            "engine.durable.codec",
            '    if value.get("v", SCHEMA) > SCHEMA:',
            '    if value.get("v", SCHEMA) > 99:',
        ),
        test=(
            "tests/unit/engine/durable/test_state_alone.py::"
            "test_a_large_body_of_a_newer_release_is_left_to_it"
        ),
    ),
    "half an outline": Edited(
        "an outline is whole, or not there",
        Edit(
            "engine.durable.codec",
            "return found if len(found) == length else None",
            "return found",
        ),
        test=OUTLINE + "test_the_beginning_of_a_body_is_enough_and_a_shorter_one_says_that_it_is_not",
    ),
    "the latest who refers": Edited(
        "a reference names the segment that holds the value",
        Edit(
            "engine.durable.large_values",
            "self._held.setdefault(each.digest, self.seq)",
            "self._held[each.digest] = self.seq",
        ),
        test=SHARED + "test_each_segment_names_the_one_that_holds_the_value_and_no_other",
    ),
    "the number of before": Edited(
        "who loads an execution writes the next segment",
        Edit(
            "engine.durable.activation",
            "Written(known, self.seq + 1) if",
            "Written(known, self.seq) if",
        ),
        test=SHARED + "test_each_segment_names_the_one_that_holds_the_value_and_no_other",
    ),
    "a commit that is not told": Edited(
        "what is committed is held",
        Edit(
            "engine.durable.activation",
            (
                "        if self._written is not None:\n"
                "            self._written.committed()\n"
            ),
            "",
        ),
        test=SHARED + "test_each_segment_names_the_one_that_holds_the_value_and_no_other",
    ),
    "what was loaded forgotten": Edited(
        "what was loaded is held",
        Edit(
            "engine.durable.loading",
            (
                "            values=values,\n"
                "        )"
            ),
            (
                "            values=None,\n"
                "        )"
            ),
        ),
        test=SHARED + "test_each_segment_names_the_one_that_holds_the_value_and_no_other",
    ),
    "nobody's segment": Edited(
        "what is in no segment of a known number is not referred to",
        Edit(
            "engine.durable.large_values",
            "{each.digest: each.seq for each in known if each.seq is not None}",
            "{each.digest: each.seq or 0 for each in known}",
        ),
        test=SHARED + "test_what_no_number_was_known_for_is_written_again",
    ),
    "known by its beginning": Edited(
        "two values that begin alike are two",
        Edit(
            "engine.durable.large_values",
            (
                "hashlib.sha256(text).hexdigest()\n"
                "        found = self._now"
            ),
            (
                "hashlib.sha256(text[:MOST_VALUE_BYTES]).hexdigest()\n"
                "        found = self._now"
            ),
        ),
        test=SHARED + "test_what_is_read_of_it_is_what_was_written",
    ),
    "a value within a value": Edited(
        "a place has one value",
        Edit(
            "engine.durable.outline",
            (
                "                del self.places[before:]\n"
                "            known"
            ),
            "            known",
        ),
        test=SHARED + "test_an_object_that_is_large_beside_its_large_values_is_one_value",
    ),
    "held and counted": Edited(
        "what is held makes a segment no longer",
        Edit(
            "engine.durable.large_values",
            "        return known.digest not in self._held\n",
            "        return True\n",
        ),
        test=SHARED + "test_a_segment_is_as_long_as_what_is_new_in_it",
    ),
    "a value counted twice": Edited(
        "a value counts once",
        Edit(
            "engine.durable.outline",
            "    return size + sum(added.values())",
            "    return size + sum(known.size for *_, known in cutting.places if written.adds(known))",
        ),
        test=SHARED + "test_a_segment_is_as_long_as_what_is_new_in_it",
    ),
    "a value uncounted": Edited(
        "a value that is new counts",
        Edit(
            "engine.durable.outline",
            "    return size + sum(added.values())",
            "    return size",
        ),
        test=SHARED + "test_a_segment_is_as_long_as_what_is_new_in_it",
    ),
    "a cause left out": Edited(
        "a cause is shown with its step",
        Edit(
            "engine.durable.outline",
            "name: value if name in _KEPT else self.fields(value",
            "name: self.fields(value",
        ),
        test=SHARED + "test_an_error_s_cause_is_read_with_the_steps",
    ),
    "arguments without a digest": Edited(
        "the ledger knows arguments that are not read",
        Edit(
            "engine.durable.outline",
            "if len(self.places) > before and place[-1] in self._called:",
            "if len(self.places) > before and place[-1] == 0:",
        ),
        test=OUTLINE + "test_arguments_keep_the_digest_of_the_whole",
    ),
    "the segment behind": Edited(
        "a value is read where it is held",
        Edit(
            "engine.durable.codec",
            (
                "        for segment in journal.segments(key, seq):\n"
                "            return held_by(segment.body)"
            ),
            (
                "        for segment in journal.segments(key, seq + 1):\n"
                "            return held_by(segment.body)"
            ),
        ),
        test=SHARED + "test_what_is_read_of_it_is_what_was_written",
    ),
    "a history without values": Edited(
        "who reads a history reads its values",
        Edit(
            "engine.durable.lifecycle.executions",
            "            events = codec.decode_events(segment.body, outlined=outlined, values=values)\n",
            "            events = codec.decode_events(segment.body, outlined=outlined)\n",
        ),
        test=SHARED + "test_what_is_read_of_it_is_what_was_written",
    ),
    "an event filled without values": Edited(
        "who opens a value reads it",
        Edit(
            "engine.durable.lifecycle.executions",
            "            return codec.decode_events(segment.body, values=values)",
            "            return codec.decode_events(segment.body)",
        ),
        test=SHARED + "test_what_is_read_of_it_is_what_was_written",
    ),
    "a ledger without values": Edited(
        "the ledger reads values",
        Edit(
            "engine.durable.lifecycle.executions",
            "outlined=outlined, values=codec.values_of(self._journal, key),",
            "outlined=outlined, values=None,",
        ),
        test=SHARED + "test_the_ledger_reads_it",
    ),
    "a fork without values": Edited(
        "a fork reads values",
        Edit(
            "engine.durable.lifecycle.forking.recording",
            "if segment.seq else None, segment.body, values=self._values)",
            "if segment.seq else None, segment.body)",
        ),
        test=SHARED + "test_a_fork_gives_what_its_original_gave",
    ),
}
