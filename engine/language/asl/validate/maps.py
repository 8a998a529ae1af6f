"""A Map state: its item processor, where items come from and go to, and how many of them may fail.

Rules from the Developer Guide's pages "Using Map state in Inline mode" and "… in Distributed mode".
"""

from __future__ import annotations

import re

from engine.language.asl.file_paths import FILE_READ, FILE_WRITE, path_problem
from engine.language.asl.validate.expressions import (
    check_expression,
    check_number_path,
    check_object_template,
    check_path,
    check_template,
)
from engine.language.asl.validate.inspection import Inspection, Json, Spot
from engine.language.asl.validate.shapes import (
    LARGEST_SECONDS,
    Field,
    Table,
    at_most_one,
    check_object,
    exactly_one,
    given,
    is_jsonata,
    jsonata,
    jsonpath,
    number,
    one_of,
    several,
    string,
    unrecognised,
)

LONGEST_LABEL = 40
MAX_ITEMS = 100_000_000
MAX_BATCH_BYTES = 262_144

DISTRIBUTED_ONLY = ("ItemReader", "ItemBatcher", "ResultWriter", "Label")
"""Not the tolerances: AWS accepts them on an inline Map (recorded), where they have no effect."""

_UNLABELLED = re.compile(r"[\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]")

PROCESSOR_CONFIG: Table = {
    "Mode": Field(one_of("INLINE", "DISTRIBUTED")),
    "ExecutionType": Field(one_of("STANDARD", "EXPRESS")),
}


def check_processor_config(inspection: Inspection, value: Json, spot: Spot) -> None:
    """ItemProcessor's ProcessorConfig."""
    if (check_object(inspection, value, spot, PROCESSOR_CONFIG)
            and value.get("Mode") == "DISTRIBUTED" and "ExecutionType" not in value):
        inspection.error(spot, "These fields are required: [ExecutionType]")


def processor(state: dict[str, Json]) -> tuple[str, Json] | None:
    """The field that holds the item processor (Iterator is its older name) and the machine in it."""
    return next(((name, state[name]) for name in ("ItemProcessor", "Iterator") if name in state), None)


def child_kind(state: dict[str, Json]) -> str | None:
    """STANDARD or EXPRESS: as which kind a distributed Map's items run; None when they run inline."""
    found = processor(state)
    machine = found[1] if found else None
    config = machine.get("ProcessorConfig") if isinstance(machine, dict) else None
    if not isinstance(config, dict) or config.get("Mode") != "DISTRIBUTED":
        return None
    return "EXPRESS" if config.get("ExecutionType") == "EXPRESS" else "STANDARD"


READER_CONFIG: Table = {
    "InputType": Field(one_of("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")),
    "Transformation": Field(one_of("NONE", "LOAD_AND_FLATTEN")),
    "ManifestType": Field(one_of("ATHENA_DATA", "S3_INVENTORY")),
    "CSVDelimiter": Field(one_of("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")),
    "CSVHeaderLocation": Field(one_of("FIRST_ROW", "GIVEN")),
    "CSVHeaders": Field(several(string)),
    "ItemsPointer": Field(check_expression(string)),
    "MaxItems": Field(check_expression(number(0, MAX_ITEMS))),
    "MaxItemsPath": jsonpath(check_number_path),
}


def _check_reader_config(inspection: Inspection, value: Json, spot: Spot) -> None:
    if not check_object(inspection, value, spot, READER_CONFIG):
        return
    at_most_one(inspection, value, spot, "MaxItems", "MaxItemsPath")
    if value.get("CSVHeaderLocation") == "GIVEN" and "CSVHeaders" not in value:
        inspection.error(spot, "These fields are required: [CSVHeaders]")


def _check_place(ours: str, *actions: str) -> Field:
    """The Resource of a reader or a writer: an action of S3, or `ours`, which AWS does not have."""

    def check(inspection: Inspection, value: Json, spot: Spot) -> None:
        if not isinstance(value, str):
            inspection.error(spot, "Expected value of type String")
        elif value == ours and inspection.extensions:
            return
        elif not re.fullmatch(rf"arn:[^:]+:states:(?:::|[^:]+:[^:]+:)s3:({'|'.join(actions)})", value):
            unrecognised(inspection, value, spot)

    return Field(check, required=True)


READER: Table = {
    "Resource": _check_place(FILE_READ, "getObject", "listObjectsV2"),
    "ReaderConfig": Field(_check_reader_config),
    "Parameters": jsonpath(check_object_template),
    "Arguments": jsonata(check_object_template),
}
BATCHER: Table = {
    "MaxItemsPerBatch": Field(check_expression(number(1, MAX_ITEMS))),
    "MaxItemsPerBatchPath": jsonpath(check_number_path),
    "MaxInputBytesPerBatch": Field(check_expression(number(1, MAX_BATCH_BYTES))),
    "MaxInputBytesPerBatchPath": jsonpath(check_number_path),
    "BatchInput": Field(check_template),
}
WRITER_CONFIG: Table = {
    "Transformation": Field(one_of("NONE", "COMPACT", "FLATTEN")),
    "OutputType": Field(one_of("JSON", "JSONL")),
}


def _check_writer_config(inspection: Inspection, value: Json, spot: Spot) -> None:
    check_object(inspection, value, spot, WRITER_CONFIG)


WRITER: Table = {
    "Resource": Field(_check_place(FILE_WRITE, "putObject").check),
    "WriterConfig": Field(_check_writer_config),
    "Parameters": jsonpath(check_object_template),
    "Arguments": jsonata(check_object_template),
}


def _check_reader(inspection: Inspection, value: Json, spot: Spot) -> None:
    if check_object(inspection, value, spot, READER):
        _check_file(inspection, value, spot)


def _check_batcher(inspection: Inspection, value: Json, spot: Spot) -> None:
    if not check_object(inspection, value, spot, BATCHER):
        return
    at_most_one(inspection, value, spot, "MaxItemsPerBatch", "MaxItemsPerBatchPath")
    at_most_one(inspection, value, spot, "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath")
    limits = [name for name in BATCHER if name != "BatchInput"]
    if not given(value, *limits):
        inspection.error(spot, f"At least one of these fields is required: [{', '.join(limits)}]")


def _check_writer(inspection: Inspection, value: Json, spot: Spot) -> None:
    if not check_object(inspection, value, spot, WRITER):
        return
    destination = given(value, "Parameters", "Arguments")
    if "Resource" in value and not destination:
        inspection.error(spot, f"These fields are required: [{'Arguments' if spot.is_jsonata else 'Parameters'}]")
    elif "Resource" not in value and (destination or "WriterConfig" not in value):
        inspection.error(spot, "These fields are required: [Resource]")
    _check_file(inspection, value, spot)


def _check_file(inspection: Inspection, value: dict[str, Json], spot: Spot) -> None:
    """The arguments of a reader or writer of files: a Path and nothing else, and one that can be one if it is written
    out."""
    if value.get("Resource") not in (FILE_READ, FILE_WRITE):
        return
    name = "Arguments" if spot.is_jsonata else "Parameters"
    arguments, inner = value.get(name), spot.inside(name)
    if not isinstance(arguments, dict):
        if arguments is None and value["Resource"] == FILE_READ:  # a writer's is missed already
            inspection.error(spot, f"These fields are required: [{name}]")
        return
    computed = "Path" if spot.is_jsonata else "Path.$"
    if "Path" not in arguments and computed not in arguments:
        inspection.error(inner, "These fields are required: [Path]")
    for field in arguments:
        if field not in ("Path", computed):
            inspection.error_about(inner, inner.inside(field), f"Field '{field}' is not supported")
    path = arguments.get("Path")
    if "Path" in arguments and not (spot.is_jsonata and is_jsonata(path)) and (wrong := path_problem(path)) is not None:
        inspection.error(inner.inside("Path"), f"The Path {wrong}")


def _check_label(inspection: Inspection, value: Json, spot: Spot) -> None:
    if not isinstance(value, str):
        inspection.error(spot, "Expected value of type String")
    elif not value or len(value) > LONGEST_LABEL or _UNLABELLED.search(value):
        inspection.error(
            spot, f"A label has 1 to {LONGEST_LABEL} characters, without white space, brackets, wildcards and special "
                  "characters", "INVALID_LABEL_NAME",
        )
    elif value in inspection.labels:
        inspection.error(spot, f"Duplicate label name: {value}", "DUPLICATE_LABEL_NAME")
    else:
        inspection.labels.add(value)


def _check_items(inspection: Inspection, value: Json, spot: Spot) -> None:
    if isinstance(value, list | dict):
        check_template(inspection, value, spot)
    else:
        inspection.error(spot, "The value for the field 'Items' must be a JSONata expression, an Array or an Object")


def _check_nothing_here(_inspection: Inspection, _value: Json, _spot: Spot) -> None:
    """The nested machine is checked by the machine's own walk."""


MAP: Table = {
    "ItemProcessor": Field(_check_nothing_here),
    "Iterator": Field(_check_nothing_here),
    "ItemsPath": jsonpath(check_path),
    "Items": jsonata(check_expression(_check_items)),
    "ItemSelector": Field(check_template),
    "Parameters": jsonpath(check_object_template),
    "MaxConcurrency": Field(check_expression(number(0, LARGEST_SECONDS))),
    "MaxConcurrencyPath": jsonpath(check_number_path),
    "ItemReader": Field(_check_reader),
    "ItemBatcher": Field(_check_batcher),
    "ResultWriter": Field(_check_writer),
    "Label": Field(_check_label),
    "ToleratedFailurePercentage": Field(check_expression(number(0, 100, whole=False))),
    "ToleratedFailurePercentagePath": jsonpath(check_number_path),
    "ToleratedFailureCount": Field(check_expression(number(0, MAX_ITEMS))),
    "ToleratedFailureCountPath": jsonpath(check_number_path),
}
"""What a Map state has beyond the fields of every state that does work."""


def check_map(inspection: Inspection, state: dict[str, Json], spot: Spot) -> None:
    """The rules between a Map state's fields."""
    if not given(state, "ItemProcessor", "Iterator"):
        inspection.error(spot, "These fields are required: [ItemProcessor]")
    at_most_one(inspection, state, spot, "ItemProcessor", "Iterator")
    at_most_one(inspection, state, spot, "ItemSelector", "Parameters")
    for name in ("MaxConcurrency", "ToleratedFailurePercentage", "ToleratedFailureCount"):
        at_most_one(inspection, state, spot, name, f"{name}Path")
    if "Items" in state and "ItemReader" in state:
        exactly_one(inspection, state, spot, "Items", "ItemReader")
    found = processor(state)
    if found and child_kind(state) and spot.kind == "EXPRESS":
        inspection.error(spot.inside(found[0]).inside("ProcessorConfig").inside("Mode"),
                         "Express state machine does not support 'DISTRIBUTED' mode")
    if child_kind(state) is None:
        for name in given(state, *DISTRIBUTED_ONLY):
            inspection.error(
                spot.inside(name), f"The field '{name}' is only supported when 'ProcessorConfig' has the 'Mode' "
                                   "'DISTRIBUTED'",
            )
