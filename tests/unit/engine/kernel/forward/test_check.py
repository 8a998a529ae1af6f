"""What the check of another version says of reads, by hand; random ones are in tests/property."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.kernel.forward.check import At, check
from engine.kernel.forward.dataflow import Machines
from engine.kernel.snapshot import Fanout, Frame, Phase
from tests.support.redriving import machine, task

OLD = machine(First=task("connector:demo:a", "Second"), Second=task("connector:demo:b"))
STANDS = {"customer": {"id": 7}, "lines": [{"sku": 1}, {"sku": 2}]}


def stands(state="Second", phase=Phase.BACKOFF, given=STANDS, **more):
    return {"": Frame("", "", state, phase, visit=2, attempt=1, epoch=1, input=given, **more)}


def verdict(new, frames=None, old=OLD, **more):
    return check(old, new, frames or stands(), **more)


def after(**second):
    return machine(First=task("connector:demo:a", "Second"), Second=task("connector:demo:b", **second))


def places(findings):
    return [finding.place for finding in findings]


@pytest.mark.parametrize(("fields", "refused", "doubted"), [
    ({"Parameters": {"a.$": "$.customer.id"}}, [], []),
    ({"Parameters": {"a.$": "$.customer.name"}}, ["/States/Second/Parameters/a.$"], []),
    ({"Parameters": {"a": {"b.$": "$.lines[1].sku"}}}, [], []),
    ({"Parameters": {"a": {"b.$": "$.lines[2].sku"}}}, ["/States/Second/Parameters/a/b.$"], []),
    ({"Parameters": {"a.$": "$.lines[*].nothing"}}, [], []),
    ({"Parameters": {"a.$": "States.Format('{}', $.nothing)"}}, ["/States/Second/Parameters/a.$"], []),
    ({"Parameters": {"a.$": "$total"}}, ["/States/Second/Parameters/a.$"], []),
    ({"Parameters": {"a.$": "$$.Execution.Input.anything"}}, [], []),
    ({"InputPath": "$$.State.Name", "Parameters": {"a.$": "$.id"}}, ["/States/Second/Parameters/a.$"], []),
    ({"InputPath": "$.customer", "Parameters": {"a.$": "$.id"}}, [], []),
    ({"InputPath": "$.nothing"}, ["/States/Second/InputPath"], []),
    ({"TimeoutSecondsPath": "$.seconds"}, ["/States/Second/TimeoutSecondsPath"], []),
    ({"ResultSelector": {"a.$": "$.whatever"}}, [], []),
    ({"ResultPath": "$.customer.id.x"}, ["/States/Second/ResultPath"], []),
    ({"Parameters": {"a.$": "$.nothing"}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "First"}]}, [],
     ["/States/Second/Parameters/a.$"]),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $states.input.customer.id %}"}, [], []),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $states.input.customer.name %}"}, ["/States/Second/Arguments"], []),
    ({"QueryLanguage": "JSONata", "Arguments": {"a": "{% $states.input.lines.sku %}"}}, [], []),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $states.input.no ? 1 : 2 %}"}, [], ["/States/Second/Arguments"]),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $exists($states.input.x) ? $states.input.x : 2 %}"}, [], []),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $exists($states.input.x) ? $states.input.y : 2 %}"}, [],
     ["/States/Second/Arguments"]),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $states.input.lines[sku > 2] %}"}, [], ["/States/Second/Arguments"]),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $states.input.lines[1].sku %}"}, [], []),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $states.input.customer[0].id %}"}, [], []),
    ({"QueryLanguage": "JSONata", "Arguments": "{% $states.input.customer[1].id %}"}, ["/States/Second/Arguments"], []),
    ({"ResultPath": "$.lines[1].sku"}, [], []), ({"ResultPath": "$.lines[2].sku"}, ["/States/Second/ResultPath"], []),
    ({"QueryLanguage": "JSONata", "Output": "{% $states.result.anything %}"}, [], []),
    ({"QueryLanguage": "JSONata", "Output": "{% $total %}"}, ["/States/Second/Output"], []),
])
def test_what_the_state_reads_where_it_goes_on(fields, refused, doubted):
    found = verdict(after(**fields))
    assert (places(found.refusals), places(found.doubts)) == (refused, doubted)


def test_the_executions_own_input_is_known():
    new = after(Parameters={"a.$": "$$.Execution.Input.order", "b.$": "$$.Execution.Input.ordre"})
    assert places(verdict(new, execution_input=({"order": 7},)).refusals) == ["/States/Second/Parameters/b.$"]
    new = after(QueryLanguage="JSONata", Arguments="{% $states.context.Execution.Input.ordre %}")
    assert places(verdict(new, execution_input=({"order": 7},)).refusals) == ["/States/Second/Arguments"]


def test_variables_that_were_assigned_are_there():
    new = after(Parameters={"a.$": "$total", "b.$": "$sum.of"})
    found = verdict(new, stands(variables={"total": 1, "sum": {"by": 1}}))
    assert places(found.refusals) == ["/States/Second/Parameters/b.$"]


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_variables_stay_where_a_state_assigns_others(language):
    reads = {"Parameters": {"a.$": "$total"}} if language == "JSONPath" else {"Output": "{% $total %}"}
    new = machine(
        First=task("connector:demo:a", "Second"), Second=task("connector:demo:b", "Third", Assign={"other": 1}),
        Third={"Type": "Pass", "QueryLanguage": language, **reads, "End": True},
    )
    found = verdict(new, stands(variables={"total": 1}))
    assert (found.refusals, found.doubts) == ((), ())


def test_a_variable_of_a_state_that_was_passed_is_told_where_it_is_assigned():
    new = machine(First=task("connector:demo:a", "Second", Assign={"total": 1}),
                  Second=task("connector:demo:b", Parameters={"a.$": "$total"}))
    [finding] = verdict(new).refusals
    assert "assigns $total in /States/First" in finding.message


def test_what_the_new_version_writes_itself_is_no_matter():
    new = machine(First=task("connector:demo:a", "Second"), Second=task("connector:demo:b", "Third"),
                  Third=task("connector:demo:c", Parameters={"a.$": "$.anything.at.all"}))
    assert verdict(new) == verdict(OLD)


def chosen(*rules, default="Plain"):
    return machine(
        First=task("connector:demo:a", "Second"), Second=task("connector:demo:b", "Ask", ResultPath="$.answer"),
        Ask={"Type": "Choice", "Choices": list(rules), "Default": default},
        Coupon={"Type": "Pass", "Parameters": {"of.$": "$.coupon"}, "End": True}, Plain={"Type": "Succeed"},
    )


def test_a_guard_tells_the_ways_apart():
    guarded = chosen({"Variable": "$.coupon", "IsPresent": True, "Next": "Coupon"})
    assert verdict(guarded) == verdict(OLD)
    both = {"And": [{"Variable": "$.coupon", "IsPresent": True}, {"Variable": "$.coupon.of", "NumericEquals": 1}]}
    assert verdict(chosen({**both, "Next": "Coupon"})) == verdict(OLD)
    turned = {"Not": {"Variable": "$.coupon", "IsPresent": True}, "Next": "Coupon"}
    assert places(verdict(chosen(turned)).refusals) == ["/States/Coupon/Parameters/of.$"]


def test_a_read_on_one_way_only_is_a_doubt():
    perhaps = chosen({"Variable": "$.answer.is", "BooleanEquals": True, "Next": "Coupon"})
    found = verdict(perhaps)
    assert (found.refusals, places(found.doubts)) == ((), ["/States/Coupon/Parameters/of.$"])
    always = chosen({"Variable": "$.answer.is", "BooleanEquals": True, "Next": "Coupon"}, default="Coupon")
    assert places(verdict(always).refusals) == ["/States/Coupon/Parameters/of.$"]


def test_what_only_one_way_assigns_is_a_doubt():
    new = machine(
        First=task("connector:demo:a", "Second"), Second=task("connector:demo:b", "Ask"),
        Ask={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "Sets"}], "Default": "Uses"},
        Sets={"Type": "Pass", "Assign": {"v": 1}, "Next": "Uses"},
        Uses={"Type": "Pass", "Parameters": {"a.$": "$v"}, "End": True},
    )
    assert places(verdict(new).doubts) == ["/States/Uses/Parameters/a.$"]


@pytest.mark.parametrize(("read", "doubted"), [("$.sum", False), ("$.sum.part", True)])
def test_a_member_of_a_template_is_there_whatever_is_in_it(read, doubted):
    new = machine(
        First=task("connector:demo:a", "Second"),
        Second={"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd($.customer.id, 1)"}, "Next": "Uses"},
        Uses={"Type": "Pass", "Parameters": {"a.$": read}, "End": True},
    )
    found = verdict(new, stands(phase=Phase.READY))
    assert places(found.doubts) == (["/States/Uses/Parameters/a.$"] if doubted else [])
    assert found.fits


@pytest.mark.parametrize("read", ["{% $states.input.all.part %}", "{% $states.input.all[0].part %}"])
def test_what_a_path_of_jsonata_finds_in_items_that_cannot_be_told_is_a_doubt(read):
    computed = "States.MathAdd($.customer.id, 1)"
    new = machine(
        First=task("connector:demo:a", "Second"),
        Second={"Type": "Pass", "Parameters": {"all": [{"of.$": computed}, {"of.$": computed}]}, "Next": "Take"},
        Take={"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"all": "{% $states.input.all.of %}"},
              "Next": "Uses"},
        Uses={"Type": "Pass", "QueryLanguage": "JSONata", "Output": read, "End": True},
    )
    found = verdict(new, stands(phase=Phase.READY))
    assert places(found.doubts) == ["/States/Uses/Output"]


@pytest.mark.parametrize(("lists", "refused"), [([[], []], True), ([[], [1]], False)])
def test_a_path_of_jsonata_joins_the_lists_that_it_finds(lists, refused):
    new = after(QueryLanguage="JSONata", Arguments="{% $states.input.all.of %}")
    found = verdict(new, stands(given={"all": [{"of": one} for one in lists]}))
    assert places(found.refusals) == (["/States/Second/Arguments"] if refused else [])
    assert not found.doubts


def test_a_call_that_may_have_been_made_and_is_declared_at_most_once_is_a_doubt():
    frames = {"": Frame("", "", "Second", Phase.BACKOFF, visit=2, attempt=1, epoch=0, input=STANDS)}
    new = after()
    found = verdict(new, frames)
    assert not found.doubts
    assert ["made again, with the same key" in note.message for note in found.notes] == [True]
    assert places(verdict(new, frames, once={"Second"}).doubts) == ["/States/Second"]
    found = verdict(new, stands(), once={"Second"})
    assert (found.doubts, found.notes) == ((), ()), "it certainly had no effect"


def test_a_loop_ends():
    new = machine(
        First=task("connector:demo:a", "Second"), Second=task("connector:demo:b", "Wrap", ResultPath="$.n"),
        Wrap={"Type": "Pass", "Parameters": {"inner.$": "$"}, "ResultPath": "$.w", "Next": "Again"},
        Again={"Type": "Choice", "Choices": [{"Variable": "$.w.inner.customer.id", "NumericEquals": 1, "Next": "Wrap"}],
               "Default": "Out"},
        Out={"Type": "Succeed"},
    )
    assert verdict(new).fits


# ---------------------------------------------------------------- fan-outs


def a_map(read, **more):
    return machine(Each={"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": machine(
        Send=task("connector:demo:a", Parameters={"a.$": read})), "End": True, **more})


def halfway():
    root = Frame("", "", "Each", Phase.JOINING, visit=1, input=STANDS, fanout=Fanout(3, 1, [*STANDS["lines"], {}]))
    inside = {"machine": "/States/Each/ItemProcessor", "state": "Send", "phase": Phase.BACKOFF}
    return {"": root, "/0": Frame("/0", **{**inside, "phase": Phase.DONE}, output={"ok": 1}),
            "/1": Frame("/1", **inside, visit=3, attempt=1, epoch=1, input=STANDS["lines"][1])}


def test_items_that_wait_are_looked_at_too():
    old = a_map("$.sku")
    found = verdict(a_map("$.name"), halfway(), old)
    assert places(found.refusals) == ["/States/Each/ItemProcessor/States/Send/Parameters/a.$"]
    found = verdict(a_map("$.sku"), halfway(), old)
    assert places(found.refusals) == ["/States/Each/ItemProcessor/States/Send/Parameters/a.$"], "of the third item"
    assert not verdict(a_map("$"), halfway(), old).refusals


def test_results_that_are_kept_are_read_as_they_are():
    def joined(read):
        return machine(
            Out={"Type": "Parallel", "Branches": [machine(A=task("connector:demo:a")), machine(
                B=task("connector:demo:b"))], "Next": "Last"},
            Last={"Type": "Pass", "Parameters": {"a.$": read}, "End": True})

    frames = {"": Frame("", "", "Out", Phase.JOINING, visit=1, input={}, fanout=Fanout(2, 2)),
              "/0": Frame("/0", "/States/Out/Branches/0", "A", Phase.DONE, output={"ok": 1}),
              "/1": Frame("/1", "/States/Out/Branches/1", "B", Phase.BACKOFF, visit=3, attempt=1, epoch=1, input={})}
    assert verdict(joined("$[0].ok"), frames, joined("$")).fits
    assert verdict(joined("$[1].anything"), frames, joined("$")).fits
    assert places(verdict(joined("$[0].no"), frames, joined("$")).refusals) == ["/States/Last/Parameters/a.$"]


def a_run(read, processor=None, **more):
    inside = machine(Send=task("connector:demo:a")) if processor is None else processor
    return machine(
        Each={"Type": "Map", "ItemsPath": "$.lines", "Next": "Last", **more,
              "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **inside}},
        Last={"Type": "Pass", "Parameters": {"a.$": read}, "End": True})


def run_halfway(fates="S,,", **arguments):
    """Of three items the first has succeeded."""
    run = {"map_run": "arn", "kind": "STANDARD", "opened": True, **arguments}
    root = Frame("", "", "Each", Phase.JOINING, visit=1, input=STANDS, arguments=run, fanout=Fanout(3, 1, [1, 2, 3]))
    hundred = {"dispatched": 0, "fates": fates, "outputs": {"0": {"ok": 1}}}
    return {"": root, "/0": Frame("/0", "", "Each", Phase.CHILDREN, output=hundred)}


def test_of_an_items_large_output_nothing_is_known():
    found = verdict(a_run("$[1].anything"), run_halfway("SS,"), a_run("$"))
    assert places(found.doubts) == ["/States/Last/Parameters/a.$"]


@pytest.mark.parametrize(("fates", "doubted"), [("S,.", True), ("S,,", False), ("S.S", True), ("SSS", False)])
def test_the_inputs_of_items_that_are_still_to_be_started_are_looked_at(fates, doubted):
    """The others run no more, or are planned by themselves."""
    inside = machine(Send=task("connector:demo:a", Parameters={"a.$": "$.no"}))
    found = verdict(a_run("$", inside), run_halfway(fates), a_run("$"))
    assert places(found.doubts) == (["/States/Each/ItemProcessor/States/Send/Parameters/a.$"] if doubted else [])


@pytest.mark.parametrize(("read", "there"), [
    ("$.sku", True), ("$$.Execution.Input.sku", True), ("$$.Execution.Input.of", False), ("$total", False),
])
def test_an_item_that_is_still_to_be_started_is_an_execution_of_its_own(read, there):
    """It sees no variable of the execution that runs the Map, and its input is its own."""
    inside = machine(Send=task("connector:demo:a", Parameters={"a.$": read}))
    frames = run_halfway("S..")
    items = Fanout(3, 1, [{"sku": 1}] * 3)
    frames[""] = replace(frames[""], variables={"total": 1}, fanout=items)
    found = verdict(a_run("$", inside), frames, a_run("$"), execution_input=({"of": "the parent"},))
    assert places((*found.refusals, *found.doubts)) == (
        [] if there else ["/States/Each/ItemProcessor/States/Send/Parameters/a.$"])


@pytest.mark.parametrize(("read", "refused", "doubted"), [
    ("$[0].ok", False, False), ("$[0].no", True, False), ("$[2].anything", False, False), ("$[3]", True, False),
])
def test_what_items_of_a_map_run_gave_is_read_as_it_is(read, refused, doubted):
    found = verdict(a_run(read), run_halfway(), a_run("$"))
    place = ["/States/Last/Parameters/a.$"]
    assert (places(found.refusals), places(found.doubts)) == (place if refused else [], place if doubted else [])


@pytest.mark.parametrize(("processor", "arguments"), [
    (machine(Send=task("connector:demo:a", "Fan"), Fan={"Type": "Parallel", "End": True, "Branches": [
        machine(In=task("connector:demo:b"))]}), {}),
    (machine(Send={"Type": "Pass", "Parameters": {"a.$": "$.b"}, "ResultPath": "$.c", "End": True}), {}),
    (machine(Send={"Type": "Pass", "Assign": {"v.$": "$"}, "Next": "Last2"},
             Last2={"Type": "Pass", "Parameters": {"a.$": "$v.x"}, "OutputPath": "$.a", "End": True}), {}),
    (None, {"tolerated_count": 1}), (None, {"writer_config": {"Transformation": "NONE"}}),
])
def test_what_items_will_give_of_what_they_keep_cannot_be_told(processor, arguments):
    new = a_run("$[2].anything", processor)
    assert "/States/Last/Parameters/a.$" in places(verdict(new, run_halfway(**arguments), new).doubts)


def test_a_map_run_that_is_entered_anew_gives_what_its_items_give():
    frames = stands("Each", Phase.BACKOFF)
    assert not verdict(a_run("$[1].anything"), frames, a_run("$")).doubts
    assert places(verdict(a_run("$[2].anything"), frames, a_run("$")).refusals) == ["/States/Last/Parameters/a.$"]
    for some in ({"ToleratedFailureCount": 1}, {"ItemBatcher": {"MaxItemsPerBatch": 1}}):
        found = verdict(a_run("$[2].anything", **some), frames, a_run("$"))
        assert (found.refusals, found.doubts) == ((), ())


def test_an_item_of_a_map_run_walks_its_processor():
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **machine(Send=task("connector:demo:a"))}
    old = machine(Each={"Type": "Map", "ItemProcessor": processor, "End": True})
    new = a_map("$.sku")
    found = verdict(new, stands("Send", given={"sku": 1}), old, machine="/States/Each/ItemProcessor")
    assert found.fits
    found = verdict(new, stands("Send", given={}), old, machine="/States/Each/ItemProcessor")
    assert places(found.refusals) == ["/States/Each/ItemProcessor/States/Send/Parameters/a.$"]


def test_a_state_to_go_on_at_gets_what_was_given():
    new = after(Parameters={"a.$": "$.given"})
    assert places(verdict(new, at=At("Second")).refusals) == ["/States/Second/Parameters/a.$"]
    assert verdict(new, at=At("Second", ({"given": 1},))).fits
    total = after(Parameters={"a.$": "$total"})
    assert verdict(total, stands(variables={"total": 1}), at=At("Second")).fits
    assert not verdict(total, at=At("Second")).fits


def test_who_stands_in_a_fail_is_told_that_it_fails_again():
    old = machine(First=task("connector:demo:a", "No"), No={"Type": "Fail", "Error": "No"})
    found = verdict(old, stands("No", Phase.READY), old=old)
    assert found.fits
    assert [(note.place, "fails there again" in note.message) for note in found.notes] == [("/States/No", True)]


@pytest.mark.parametrize(("handles", "refused"), [
    ({}, True), ({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}]}, False),
    ({"Retry": [{"ErrorEquals": ["States.ALL"]}]}, False),
])
@pytest.mark.parametrize("depth", [1, 2])
def test_what_fails_in_a_branch_may_be_taken_by_what_stands_around_it(handles, refused, depth):
    """A Catcher goes on elsewhere; a Retrier enters it anew, with other answers."""
    def around(inner, **more):
        return {"Type": "Parallel", "Branches": [inner], "Next": "End", **more}

    def whole(inner, **more):
        return machine(Both=around(inner, **more), End={"Type": "Succeed"})

    new, old = (machine(Work=task("connector:demo:a", Parameters={"a.$": path})) for path in ("$.no", "$.id"))
    frames, pointer, path = {}, "", ""
    for _ in range(depth):
        frames[path] = Frame(path, pointer, "Both", Phase.JOINING, visit=1, input={"id": 1}, fanout=Fanout(1, 1))
        pointer, path = f"{pointer}/States/Both/Branches/0", f"{path}/0"
    frames[path] = Frame(path, pointer, "Work", Phase.BACKOFF, visit=2, attempt=1, epoch=1, input={"id": 1})
    for level in range(depth):
        new, old = whole(new, **(handles if level == depth - 1 else {})), whole(old)
    found = check(old, new, frames)
    assert (len(found.refusals), len(found.doubts)) == ((1, 0) if refused else (0, 1))


def test_what_has_too_many_ways_to_look_at_is_in_doubt(monkeypatch):
    monkeypatch.setitem(Machines.__init__.__kwdefaults__, "most", 40)
    found = verdict(after(Parameters={"a.$": "$.no"}))
    assert found.refusals == ()
    assert [("too many ways" in doubt.message) for doubt in found.doubts] == [True]


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
@pytest.mark.parametrize(("field", "value", "is_of_the_call"), [
    ("Resource", "connector:demo:x", True), ("Arguments", {"a": 1}, True), ("Parameters", {"a": 1}, True),
    ("Credentials", {"RoleArn": "arn:aws:iam::123456789012:role/other"}, True), ("InputPath", "$.customer", True),
    ("Comment", "other words", False), ("TimeoutSeconds", 7, False), ("Retry", [{"ErrorEquals": ["E"]}], False),
])
def test_what_is_another_call_under_the_key_of_one_that_nobody_knows_of_is_a_doubt(
    field, value, is_of_the_call, language
):
    """Its service may have done what the old version asked of it, and answers the new one by the key."""
    if field in ("Parameters", "InputPath", "Arguments") and (field == "Arguments") != (language == "JSONata"):
        return
    old, new = after(QueryLanguage=language), after(QueryLanguage=language, **{field: value})
    outcome_unknown = {"": Frame("", "", "Second", Phase.BACKOFF, visit=2, attempt=1, epoch=0, input=STANDS)}
    under_way = stands(lease_until=9.0)
    for before, now in ((old, new), (new, old)):
        for frames in (outcome_unknown, under_way):
            found = verdict(now, frames, before)
            assert places(found.doubts) == ([f"/States/Second/{field}"] if is_of_the_call else [])
        assert verdict(now, stands(), before).doubts == (), "a definite failure has another key"


def test_what_is_dropped_by_who_enters_a_state_anew_is_named():
    old = machine(
        Both={"Type": "Parallel", "Branches": [
            machine(One=task("connector:demo:a")), machine(Each=a_run("$")["States"]["Each"] | {"End": True}),
            machine(Two=task("connector:demo:b")),
        ], "Next": "Last"},
        Last={"Type": "Pass", "End": True},
    )
    branch = "/States/Both/Branches/"
    frames = {
        "": Frame("", "", "Both", Phase.JOINING, visit=1, input={}, fanout=Fanout(3, 3)),
        "/0": Frame("/0", f"{branch}0", "", Phase.DONE, output=1),
        "/1": Frame("/1", f"{branch}1", "Each", Phase.JOINING, visit=2, input=[], arguments={"kind": "STANDARD"}),
        "/2": Frame("/2", f"{branch}2", "Two", Phase.BACKOFF, visit=3, attempt=1, epoch=0, input={}),
    }
    found = check(old, old, frames, at=At("Last"))
    assert found.fits
    assert {note.frame: "dropped" in note.message for note in found.notes} == {"/0": True, "/1": True}
    assert [doubt.frame for doubt in found.doubts] == ["/2"]


RESCUE = [{"ErrorEquals": ["States.ALL"], "Next": "Rescue"}]
NOTHING = {"a.$": "$.nothing"}


@pytest.mark.parametrize(("states", "refused", "doubted"), [
    pytest.param({"Second": {"Parameters": NOTHING}}, ["/States/Second/Parameters/a.$"], [], id="nothing catches it"),
    pytest.param({"Second": {"Parameters": NOTHING, "Catch": RESCUE}}, [], ["/States/Second/Parameters/a.$"],
                 id="a Catcher goes on elsewhere"),
    pytest.param({"Second": {"Catch": RESCUE}, "Third": {"Parameters": NOTHING}}, ["/States/Third/Parameters/a.$"], [],
                 id="a failure before is no way around"),
    pytest.param({"Second": {"Catch": RESCUE}, "Rescue": {"Parameters": NOTHING}}, [],
                 ["/States/Rescue/Parameters/a.$"], id="a Catcher may not be needed"),
    pytest.param({"Ask": [{"Variable": "$.nothing", "IsNull": True}]}, ["/States/Ask/Choices/0/Variable"], [],
                 id="the first rule is always asked"),
    pytest.param({"Ask": [{"Variable": "$.customer.id", "NumericEquals": 7}, {"Variable": "$.nothing", "IsNull": True}]
                  }, [], ["/States/Ask/Choices/1/Variable"], id="a rule behind one that may hold"),
    pytest.param({"Ask": [{"Variable": "$.customer.id", "NumericEquals": 7, "Assign": {"n.$": "$.nothing"}}]}, [],
                 ["/States/Ask/Choices/0/Assign/n.$"], id="what a rule assigns if it holds"),
    pytest.param({"Ask": [{"Variable": "$.customer.id", "NumericEquals": 7, "Next": "Rescue"}],
                  "Third": {"Parameters": NOTHING}}, [], ["/States/Third/Parameters/a.$"], id="another way round"),
    pytest.param({"Ask": [{"Variable": "$.customer", "IsPresent": True, "Next": "Rescue"}],
                  "Third": {"Parameters": NOTHING}}, [], [], id="a way that is never gone"),
    pytest.param({"Ask": [{"Variable": "$total", "IsPresent": True, "Next": "Rescue"}],
                  "Third": {"Parameters": {"a.$": "$total"}}}, [], [], id="nor by a variable"),
])
def test_only_what_fails_for_sure_is_refused(states, refused, doubted):
    """In a state that it gets to unless it fails before, and whose failure nothing catches."""
    asks = [{"Next": "Third", **rule} for rule in states.get("Ask", ())]
    new = machine(
        First=task("connector:demo:a", "Second"),
        Second=task("connector:demo:b", "Ask" if asks else "Third", ResultPath=None, **states.get("Second", {})),
        Ask={"Type": "Choice", "Choices": asks or [{"Variable": "$", "IsNull": True, "Next": "Third"}],
             "Default": "Third"},
        Third={"Type": "Pass", **states.get("Third", {}), "End": True},
        Rescue={"Type": "Pass", **states.get("Rescue", {}), "End": True},
    )
    found = verdict(new, stands(variables={"total": 1}))
    assert (places(found.refusals), places(found.doubts)) == (refused, doubted)


@pytest.mark.parametrize(("lines", "refused"), [([{"id": 1}], True), ([], False)])
@pytest.mark.parametrize("selector", [{}, {"ItemSelector": {"sku.$": "$$.Map.Item.Value.sku"}}])
def test_a_map_without_items_fails_in_none(lines, refused, selector):
    new = a_map("$.sku", **selector)
    found = verdict(new, stands("Each", Phase.READY, {"lines": lines}), new)
    assert found.fits is not refused
