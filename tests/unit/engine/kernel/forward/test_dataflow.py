"""What the states of another version get, and what of that is there for sure."""

from __future__ import annotations

import pytest

from engine.kernel.forward.check import check
from engine.kernel.snapshot import Fanout, Frame, Phase
from tests.support.redriving import machine, task

GIVEN = {"customer": {"id": 7}, "lines": [{"sku": 1}, {"sku": 2}]}


def stands(state, phase):
    return {"": Frame("", "", state, phase, visit=2, attempt=1, epoch=1, input=GIVEN)}


def each(**more):
    return {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": machine(Send=task("connector:demo:a")), "End": True,
            **more}


@pytest.mark.parametrize(("items", "refused"), [("$.answer", False), ("$.lines", True)])
@pytest.mark.parametrize("reads", [
    {"ItemSelector": {"a.$": "$.no"}},
    {"ItemProcessor": machine(Send=task("connector:demo:a", Parameters={"a.$": "$no"}))},
])
def test_what_each_item_reads_fails_for_sure_only_where_there_are_items(items, refused, reads):
    """What a call of the new version answers may have none."""
    old = machine(Second=task("connector:demo:b"))
    new = machine(Second=task("connector:demo:b", "Each", ResultPath="$.answer"), Each=each(ItemsPath=items, **reads))
    found = check(old, new, stands("Second", Phase.BACKOFF))
    assert (len(found.refusals), len(found.doubts)) == ((1, 0) if refused else (0, 1))


@pytest.mark.parametrize(("read", "doubted"), [
    ("$.sku", True), ("$.Items", False), ("$.Items[0].sku", True), ("$.BatchInput.id", False),
    ("$.BatchInput.no", True),
])
def test_the_items_of_a_batch_are_no_item(read, doubted):
    """It is in doubt, and not refused: the Map may put up with items that fail."""
    def batches(read):
        processor = machine(Send=task("connector:demo:a", Parameters={"a.$": read}))
        return machine(Each=each(
            ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"id.$": "$.customer.id"}},
            ItemProcessor={"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **processor},
        ))

    found = check(batches("$"), batches(read), stands("Each", Phase.READY))
    assert (bool(found.refusals), bool(found.doubts)) == (False, doubted)


def test_a_variable_of_a_branch_stands_before_one_of_the_same_name_around_it():
    """No version assigns both, but one may come after another."""
    def parallel(read):
        return machine(Out={"Type": "Parallel", "End": True, "Branches": [
            machine(A=task("connector:demo:a", Parameters={"a.$": read}))]})

    outer, inner = {"v": {"outer": 1}}, {"v": {"inner": 1}}
    frames = {
        "": Frame("", "", "Out", Phase.JOINING, visit=1, input={}, variables=outer, fanout=Fanout(1, 1)),
        "/0": Frame("/0", "/States/Out/Branches/0", "A", Phase.BACKOFF, visit=2, attempt=1, epoch=1, input={},
                    variables=inner),
    }
    assert check(parallel("$"), parallel("$v.inner"), frames).fits
    assert not check(parallel("$"), parallel("$v.outer"), frames).fits
