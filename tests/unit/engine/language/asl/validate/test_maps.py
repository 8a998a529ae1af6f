"""A Map state's rules."""

from __future__ import annotations

import pytest

from engine.language.asl.validate import validate

ITEM = {"StartAt": "X", "States": {"X": {"Type": "Succeed"}}}
READER = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}
WRITER = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}}

UNKNOWN_RESOURCE = (
    "The resource provided arn:aws:states:::s3:putObject is not recognized. The value is not a valid resource ARN, or "
    "the resource is not available in this region."
)
NO_LIMIT = (
    "At least one of these fields is required: [MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, "
    "MaxInputBytesPerBatchPath]"
)


def distributed(execution_type="STANDARD", item=ITEM):
    return {**item, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": execution_type}}


def found(kind="STANDARD", **fields):
    definition = {"StartAt": "A", "States": {"A": {"Type": "Map", "End": True, **fields}}}
    return [(d.location.removeprefix("/States/A"), d.message) for d in validate(definition, kind=kind)]


def test_both_modes_and_the_old_name():
    assert found(ItemProcessor={**ITEM, "ProcessorConfig": {"Mode": "INLINE"}}, ItemsPath="$.i", MaxConcurrency=0,
                 ItemSelector={"a.$": "$$.Map.Item.Value"}) == []
    assert found(Iterator=ITEM, Parameters={"a.$": "$"}) == []
    assert found(
        ItemProcessor=distributed(), Label="orders", ToleratedFailurePercentage=12.5, ResultWriter=WRITER,
        ItemReader={**READER, "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"],
                                               "MaxItems": 10}},
        ItemBatcher={"MaxItemsPerBatch": 5, "BatchInput": {"a.$": "$.a"}},
    ) == []
    assert found(ItemProcessor=distributed(), QueryLanguage="JSONata", Items="{% $states.input %}",
                 ToleratedFailureCount="{% 1 %}", MaxConcurrency="{% 2 %}", ItemSelector="{% {} %}") == []


@pytest.mark.parametrize(("fields", "finding"), [
    ({}, ("", "These fields are required: [ItemProcessor]")),
    ({"ItemProcessor": 1}, ("/ItemProcessor", "Expected value of type Object")),
    ({"ItemProcessor": ITEM, "ItemSelector": {}, "Parameters": {}},
     ("", "There should only be one of the following fields: [ItemSelector, Parameters]")),
    ({"ItemProcessor": ITEM, "MaxConcurrency": -1}, ("/MaxConcurrency", "Minimum value is 0")),
    ({"ItemProcessor": ITEM, "MaxConcurrency": 1, "MaxConcurrencyPath": "$.m"},
     ("", "There should only be one of the following fields: [MaxConcurrency, MaxConcurrencyPath]")),
    ({"ItemProcessor": distributed(), "ToleratedFailurePercentage": 101},
     ("/ToleratedFailurePercentage", "Maximum value is 100.0")),
    ({"ItemProcessor": distributed(), "ToleratedFailureCount": 1, "ToleratedFailureCountPath": "$.c"},
     ("", "There should only be one of the following fields: [ToleratedFailureCount, ToleratedFailureCountPath]")),
    ({"ItemProcessor": ITEM, "ItemReader": READER},
     ("/ItemReader", "The field 'ItemReader' is only supported when 'ProcessorConfig' has the 'Mode' 'DISTRIBUTED'")),
    ({"ItemProcessor": {**ITEM, "ProcessorConfig": {"Mode": "BATCH"}}},
     ("/ItemProcessor/ProcessorConfig/Mode",
      "The field 'Mode' should have one of these values: [INLINE, DISTRIBUTED]")),
    ({"ItemProcessor": {**ITEM, "ProcessorConfig": {"Mode": "DISTRIBUTED"}}},
     ("/ItemProcessor/ProcessorConfig", "These fields are required: [ExecutionType]")),
    ({"ItemProcessor": distributed(), "ItemReader": {}}, ("/ItemReader", "These fields are required: [Resource]")),
    ({"ItemProcessor": distributed(), "ItemReader": {"Resource": "arn:aws:states:::s3:putObject"}},
     ("/ItemReader/Resource", UNKNOWN_RESOURCE)),
    ({"ItemProcessor": distributed(), "ItemReader": {**READER, "ReaderConfig": {"MaxItems": 1, "MaxItemsPath": "$.m"}}},
     ("/ItemReader/ReaderConfig", "There should only be one of the following fields: [MaxItems, MaxItemsPath]")),
    ({"ItemProcessor": distributed(), "ItemReader": {**READER, "ReaderConfig": {"CSVHeaderLocation": "GIVEN"}}},
     ("/ItemReader/ReaderConfig", "These fields are required: [CSVHeaders]")),
    ({"ItemProcessor": distributed(), "ItemBatcher": {}},
     ("/ItemBatcher", NO_LIMIT)),
    ({"ItemProcessor": distributed(), "ItemBatcher": {"MaxInputBytesPerBatch": 262_145}},
     ("/ItemBatcher/MaxInputBytesPerBatch", "Maximum value is 262144")),
    ({"ItemProcessor": distributed(), "ResultWriter": {}}, ("/ResultWriter", "These fields are required: [Resource]")),
    ({"ItemProcessor": distributed(), "ResultWriter": {"Resource": WRITER["Resource"]}},
     ("/ResultWriter", "These fields are required: [Parameters]")),
    ({"ItemProcessor": ITEM, "QueryLanguage": "JSONata", "Items": 7},
     ("/Items", "The value for the field 'Items' must be a JSONata expression, an Array or an Object")),
])
def test_rules(fields, finding):
    assert found(**fields) == [finding]


def test_two_processors_are_one_too_many():
    assert found(ItemProcessor=ITEM, Iterator=ITEM) == [
        ("", "There should only be one of the following fields: [ItemProcessor, Iterator]")]


def test_tolerances_of_an_inline_map_are_accepted_as_aws_does():
    assert found(ItemProcessor=ITEM, ToleratedFailureCount=1, ToleratedFailurePercentagePath="$.p") == []


def test_a_result_writer_may_only_shape_the_result():
    assert found(ItemProcessor=distributed(), ResultWriter={"WriterConfig": {"Transformation": "COMPACT"}}) == []


@pytest.mark.parametrize("label", ["", "two words", "a*", "a:b", "x" * 41])
def test_labels(label):
    assert [place for place, _ in found(ItemProcessor=distributed(), Label=label)] == ["/Label"]


def test_labels_are_unique():
    inner = {"StartAt": "X", "States": {"X": {"Type": "Map", "ItemProcessor": distributed(
        item={"StartAt": "Y", "States": {"Y": {"Type": "Succeed"}}}), "Label": "L", "End": True}}}
    assert found(ItemProcessor=distributed(item=inner), Label="L") == [
        ("/ItemProcessor/States/X/Label", "Duplicate label name: L")]


def test_what_express_refuses_inside_a_map():
    waiting = {"StartAt": "X", "States": {"X": {
        "Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken", "End": True}}}
    refused = "Express state machine does not support '.waitForTaskToken' service integration "
    place = "/ItemProcessor/States/X/Resource"
    assert found(ItemProcessor=waiting) == []
    assert found("EXPRESS", ItemProcessor=waiting) == [(place, refused)]
    assert found(ItemProcessor=distributed("EXPRESS", waiting)) == [(place, refused)]
    assert found("EXPRESS", ItemProcessor=distributed()) == [
        ("/ItemProcessor/ProcessorConfig/Mode", "Express state machine does not support 'DISTRIBUTED' mode")]


@pytest.mark.parametrize("field", ["MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"])
def test_the_number_of_a_map_does_not_come_from_the_context_object(field):
    """AWS takes the context object in ItemsPath alone (measured, public report of 2026-09-16)."""
    state = {"Type": "Map", "End": True, "ItemProcessor": ITEM, field: "$$.Execution.Input.n"}
    (finding,) = validate({"StartAt": "A", "States": {"A": state}}, extensions=False)
    assert (finding.location, finding.message) == (f"/States/A/{field}", "Value is not a Reference Path")
    assert validate({"StartAt": "A", "States": {"A": {**state, field: "$.n"}}}) == []


def test_item_selector_and_batch_input_are_any_json():
    """AWS's own JSON schema of the language (amazon-states-language-service) names no type."""
    state = {"Type": "Map", "End": True, "ItemProcessor": ITEM, "ItemSelector": ["fixed", 1]}
    assert validate({"StartAt": "A", "States": {"A": state}}) == []


def by_file(field, resource, **more):
    return {"ItemProcessor": distributed(), field: {"Resource": resource, **more}}


@pytest.mark.parametrize(("fields", "findings"), [
    (by_file("ItemReader", "file:read", Parameters={"Path": "a.csv"}), []),
    (by_file("ItemReader", "file:read", Parameters={"Path.$": "$.path"}, ReaderConfig={"InputType": "CSV"}), []),
    (by_file("ResultWriter", "file:write", Parameters={"Path": "out"}), []),
    (by_file("ItemReader", "file:read"), [("/ItemReader", "These fields are required: [Parameters]")]),
    (by_file("ResultWriter", "file:write"), [("/ResultWriter", "These fields are required: [Parameters]")]),
    (by_file("ItemReader", "file:read", Parameters={}),
     [("/ItemReader/Parameters", "These fields are required: [Path]")]),
    (by_file("ResultWriter", "file:write", Parameters={"Path": "o", "Bucket": "b"}),
     [("/ResultWriter/Parameters/Bucket", "Field 'Bucket' is not supported")]),
    (by_file("ItemReader", "file:read", Parameters={"Path": "../a"}),
     [("/ItemReader/Parameters/Path", "The Path goes up by '..': write where it leads instead")]),
    (by_file("ItemReader", "file:read", Parameters={"Path": 7}),
     [("/ItemReader/Parameters/Path", "The Path is no text")]),
    (by_file("ResultWriter", "file:write", Parameters={"Path": ""}),
     [("/ResultWriter/Parameters/Path", "The Path is empty")]),
    ({**by_file("ItemReader", "file:read", Arguments={"Path": "{% $states.input.path & '..' %}"}),
      "QueryLanguage": "JSONata"}, []),
    ({**by_file("ItemReader", "file:read", Arguments={"Path": "a/../b"}), "QueryLanguage": "JSONata"},
     [("/ItemReader/Arguments/Path", "The Path goes up by '..': write where it leads instead")]),
])
def test_files_of_the_machine(fields, findings):
    assert found(**fields) == findings


@pytest.mark.parametrize(("field", "resource"), [
    ("ItemReader", "file:write"), ("ResultWriter", "file:read"), ("ItemReader", "file:list"),
])
def test_a_reader_reads_and_a_writer_writes(field, resource):
    [(place, message)] = found(**by_file(field, resource, Parameters={"Path": "a"}))
    assert place == f"/{field}/Resource"
    assert f"The resource provided {resource} is not recognized" in message


def test_a_task_has_no_files_and_aws_has_none_at_all():
    task = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "file:read", "End": True}}}
    assert "file:read is not recognized" in validate(task)[0].message
    fields = by_file("ItemReader", "file:read", Parameters={"Path": "a"})
    definition = {"StartAt": "A", "States": {"A": {"Type": "Map", "End": True, **fields}}}
    assert validate(definition) == []
    [refused] = validate(definition, extensions=False)
    assert "file:read is not recognized" in refused.message
