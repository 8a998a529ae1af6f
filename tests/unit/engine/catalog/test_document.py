import json
from pathlib import Path

import pytest

from engine.catalog.document import (
    SCHEMA_PATH,
    WorkflowDocument,
    canonical,
    definition_digest,
    document_digest,
    json_schema,
    parse_document,
    rendered,
)
from engine.catalog.input_schema import SchemaFault, check_schema
from engine.errors import InvalidDocument

ROOT = Path(__file__).parents[4]
BARE = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


def document(**fields):
    return {"name": "w", "definition": BARE, **fields}


def problems(value, **options):
    with pytest.raises(InvalidDocument) as raised:
        parse_document(value, **options)
    return {item["where"]: item["message"] for item in raised.value.details}


def test_the_schema_in_docs_is_in_step():
    assert json.loads((ROOT / SCHEMA_PATH).read_text()) == json_schema(), "run python -m engine.catalog.document"


def test_the_example_in_docs_is_a_document_without_fault(catalog):
    text = (ROOT / "docs/workflow-document.md").read_text()
    example = parse_document(json.loads(text.partition("```json\n")[2].partition("```")[0]))
    assert catalog.problems(example) == []
    assert {field.alias or name for name, field in WorkflowDocument.model_fields.items()} == example.as_written.keys()


def test_every_problem_is_listed_with_its_place():
    found = problems({
        "nam": "w",
        "kind": "FAST",
        "input_schema": {"type": "strin"},
        "business_key": "orderId",
        "triggers": [{"type": "schedule", "expression": "daily", "zone": "x"}, {"type": "post"}],
        "cases": [{"name": "a b", "input": 1, "stubs": {"r": [{}]}, "expect": {"status": "OK"}}],
    })
    assert found.keys() == {
        "/nam", "/name", "/kind", "/definition", "/input_schema/type", "/business_key", "/triggers/0/expression",
        "/triggers/0/zone", "/triggers/1", "/cases/0/name", "/cases/0/stubs/r/0", "/cases/0/expect/status",
    }
    assert found["/nam"] == "unknown field 'nam'"
    assert found["/name"] == "'name' is missing"


def test_the_field_that_was_meant_is_named():
    with pytest.raises(InvalidDocument) as raised:
        parse_document(document(input_shema={}))
    assert raised.value.advice == "Did you mean 'input_schema'?"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a:b", "ä", "x" * 81, "a\n"])
def test_names_that_cannot_be_part_of_a_key(name):
    assert "/name" in problems(document(name=name))


def test_a_bare_definition_takes_the_name_given():
    assert parse_document(BARE, name="n", stem="s").name == "n"
    assert parse_document(BARE, stem="s").as_written == {"name": "s", "definition": BARE}
    with pytest.raises(InvalidDocument, match="has no name"):
        parse_document(BARE)


def test_a_document_keeps_its_own_name_unless_another_is_given():
    assert parse_document(document(), stem="s").name == "w"
    assert parse_document(document(), name="n", stem="s").name == "n"
    assert parse_document({"definition": BARE}, stem="s").name == "s"


@pytest.mark.parametrize("value", [[], "x", None, 1, True])
def test_what_is_no_object(value):
    with pytest.raises(InvalidDocument, match="is a JSON object"):
        parse_document(value)


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, "\ud800"])
def test_what_json_cannot_hold(value):
    with pytest.raises(InvalidDocument, match="JSON cannot"):
        parse_document(document(definition={"StartAt": value}))


def test_nested_too_deeply():
    deep: list = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(InvalidDocument, match="levels deep"):
        parse_document(document(definition={"StartAt": deep}))


def test_the_author_s_order_is_kept_and_no_default_added():
    value = {"definition": {"States": {"B": {}, "A": {}}, "StartAt": "B"}, "tags": {"z": "1", "a": "2"}, "name": "w",
             "$schema": "../docs/workflow.schema.json"}
    parsed = parse_document(value)
    assert canonical(parsed) == json.dumps(value, separators=(",", ":")).encode()
    assert rendered(parsed) == json.dumps(value, indent=2).encode() + b"\n"


def test_digests_look_past_order_and_only_past_order():
    one = parse_document({"name": "w", "definition": BARE})
    other = parse_document({"definition": dict(reversed(BARE.items())), "name": "w"})
    assert canonical(one) != canonical(other)
    assert document_digest(one) == document_digest(other)
    assert definition_digest(one, {}) == definition_digest(other, {})
    described = parse_document(document(description="x"))
    assert document_digest(described) != document_digest(one)
    assert definition_digest(described, {}) == definition_digest(one, {})


def test_the_definition_digest_covers_all_a_run_depends_on():
    base = definition_digest(parse_document(document()), {})
    assert definition_digest(parse_document(document(at_most_once=["A"])), {}) != base
    assert definition_digest(parse_document(document(kind="EXPRESS")), {}) != base
    both = (definition_digest(parse_document(document(at_most_once=names)), {}) for names in (["A", "B"], ["B", "A"]))
    assert len(set(both)) == 1


@pytest.mark.parametrize(("schema", "place", "message"), [
    ({"$ref": "http://127.0.0.1/s.json"}, "/$ref", "only references within it"),
    ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "/properties/a/$ref", "which it does not have"),
    ({"type": "strin"}, "/type", "'strin' is not valid"),
    ({"properties": {"a/b": {"items": {"pattern": "(a"}}}}, "/properties/a~1b/items/pattern", "missing )"),
    ({"allOf": [{"patternProperties": {"[z-a]": {}}}]}, "/allOf/0/patternProperties/[z-a]", "bad character range"),
    ({"pattern": "((a{999}){999}){999}"}, "/pattern", "is too large"),
    ({"pattern": "a{1000000}"}, "/pattern", "is too large"),
    ({"pattern": "a|(?R)"}, "/pattern", "calls itself"),
    *(({"pattern": flag + "(a { 3000 }) { 3000 }"}, "/pattern", "flag x")
      for flag in ("(?x)", "(?ix)", "(?V1x)", "(?i-x)", "b(?x:a)", r"\\\\(?x)")),
    ({"$ref": "#"}, "", "applies itself"),
    ({"$dynamicRef": "#n", "$dynamicAnchor": "n"}, "", "applies itself"),
    ({"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveRef": "#"}, "", "applies itself"),
    ({"properties": {"a": {"not": {"$ref": "#/properties/a"}}}}, "/properties/a", "applies itself"),
    ({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"if": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"},
     "/$defs/a", "applies itself"),
    ({"required": ["a"], "$ref": "#/required"}, "/$ref", "is no schema"),
    ({"properties": {"type": {"type": "string"}}, "$ref": "#/properties"}, "/$ref/type", "is not valid"),
    ({"required": [n if n % 2 else {"a": n} for n in range(20_000)]}, "/required/999", "is not of type 'string'"),
])
def test_input_schemas_that_are_refused(schema, place, message):
    found = problems(document(input_schema=schema))
    assert list(found) == [f"/input_schema{place}"]
    assert message in found[f"/input_schema{place}"]


def test_a_schema_that_nests_too_deep_is_refused():
    schema = {}
    for _ in range(400):
        schema = {"items": schema}
    with pytest.raises(SchemaFault, match="nests too deep"):
        check_schema(schema)


@pytest.mark.parametrize("schema", [
    {"properties": {"children": {"items": {"$ref": "#"}}}},
    {"$dynamicAnchor": "n", "properties": {"children": {"items": {"$dynamicRef": "#n"}}}},
    {"$defs": {"a": {"type": "string"}}, "allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]},
    {"enum": [{"$ref": "http://x"}], "properties": {"$ref": {"type": "string"}}, "default": {"pattern": "("}},
    {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {"$id": "#foo"}}, "$ref": "#foo"},
    {"pattern": r"^\p{L}+(?<=x)[A-F0-9]{8}(-[A-F0-9]{4}){3}-[A-F0-9]{12}$"},
    {"pattern": r"^\(?x\)?(?i:max)(?P<x>a)\\\(?x:$"},
])
def test_input_schemas_that_are_taken(schema):
    assert parse_document(document(input_schema=schema)).input_schema == schema


def test_an_input_schema_with_references_within():
    schema = {"$defs": {"sku": {"type": "string"}}, "properties": {"sku": {"$ref": "#/$defs/sku"}}}
    assert parse_document(document(input_schema=schema)).input_schema == schema


def test_triggers_of_each_type():
    triggers = [
        {"type": "schedule", "expression": "rate(5 minutes)"},
        {"type": "schedule", "expression": "cron(0 6 * * ? *)", "timezone": "Europe/Berlin", "enabled": False},
        {"type": "webhook", "path": "orders"},
        {"type": "queue", "queue": "orders", "input": {"from": "queue"}},
        {"type": "event", "pattern": {"source": ["shop"]}},
    ]
    parsed = parse_document(document(triggers=triggers))
    assert [trigger.type for trigger in parsed.triggers] == ["schedule", "schedule", "webhook", "queue", "event"]
    assert parsed.as_written["triggers"] == triggers


@pytest.mark.parametrize(("stub", "fine"), [
    ({"output": None}, True), ({"error": "E", "cause": "c"}, True), ({"timed_out": True, "state": "A"}, True),
    ({"output": 1, "error": "E"}, False), ({"timed_out": True, "output": 1}, False), ({"cause": "c"}, False),
    ({"timed_out": False}, False),
])
def test_a_stub_has_one_answer(stub, fine):
    case = {"name": "a", "input": {}, "stubs": {"r": [stub]}, "expect": {"status": "SUCCEEDED"}}
    if fine:
        assert parse_document(document(cases=[case])).cases[0].stubs["r"][0].model_dump(exclude_unset=True) == stub
    else:
        assert any(place.startswith("/cases/0/stubs/r/0") for place in problems(document(cases=[case])))


def test_cases_have_names_of_their_own():
    case = {"name": "a", "input": {}, "expect": {"status": "SUCCEEDED"}}
    assert problems(document(cases=[case, case]))["/"] == "two cases are called 'a'"


def test_the_summary_is_one_line():
    assert parse_document(document(description="Pays.\nMore.")).summary == "Pays."
    assert parse_document(document(definition={**BARE, "Comment": "From the definition"})).summary == (
        "From the definition"
    )
    assert parse_document(document(definition={"Comment": 1})).summary == ""


@pytest.mark.parametrize(("trigger", "places"), [
    ({"type": "schedule", "expression": "cron(0 6 30 2 ? *)"}, ["/triggers/0/expression"]),
    ({"type": "schedule", "expression": "cron(0 6 * * * *)", "timezone": "Berlin"},
     ["/triggers/0/expression", "/triggers/0/timezone"]),
    ({"type": "schedule", "expression": "rate(1 day)", "start": "2027-02-01T00:00:00", "end": "2027-01-01T00:00:00"},
     ["/triggers/0/end"]),
    ({"type": "schedule", "expression": "rate(1 day)", "missed": "some", "window_minutes": 1441},
     ["/triggers/0/window_minutes", "/triggers/0/missed"]),
    ({"type": "event", "pattern": {"source": "x", "detail": {"a/b": [{"numeric": [">", 2, "<", 1]}]}}},
     ["/triggers/0/pattern/source", "/triggers/0/pattern/detail/a~1b/0/numeric"]),
])
def test_a_trigger_that_can_never_start_anything_is_refused_with_its_place(trigger, places):
    with pytest.raises(InvalidDocument) as caught:
        parse_document(document(triggers=[trigger]))
    assert [item["where"] for item in caught.value.details] == places


SECRETS = [{"$secret": "KEY"}]


@pytest.mark.parametrize(("auth", "place", "says"), [
    ("none", "", "must be a JSON object"),
    ({"style": "none", "secrets": SECRETS}, "/secrets", "the style none has no secrets"),
    ({"style": "github"}, "/secrets", 'the style github needs a secret: [{"$secret": "KEY"}]'),
    ({"style": "github", "secrets": ["written out"]}, "/secrets/0", "must be a JSON object, not a string"),
    ({"style": "github", "secrets": [{"$secret": "no key"}]}, "/secrets/0/$secret", "must have 1 to 128 characters"),
    ({"style": "github", "secrets": SECRETS * 3}, "/secrets", "must have 2 entries or fewer"),
    ({"style": "github", "secrets": SECRETS, "prefix": "x"}, "/prefix", "prefix belongs to the style hmac"),
    ({"style": "github", "secrets": SECRETS, "tolerance_seconds": 9}, "/tolerance_seconds", "signs no time here"),
    ({"style": "hmac", "secrets": SECRETS}, "/header", "the style hmac needs the header"),
    ({"style": "hmac", "secrets": SECRETS, "header": "X-Sig", "tolerance_seconds": 9}, "/tolerance_seconds", "no time"),
    ({"style": "own", "secrets": SECRETS}, "/style", "must be 'none', 'github'"),
])
def test_an_auth_that_cannot_prove_a_sender_is_refused_with_its_place(auth, place, says):
    with pytest.raises(InvalidDocument) as caught:
        parse_document(document(triggers=[{"type": "webhook", "path": "x", "auth": auth}]))
    (found,) = caught.value.details
    assert (found["where"], says in found["message"]) == (f"/triggers/0/auth{place}", True), found
    assert "written out" not in found["message"]


@pytest.mark.parametrize(("auth", "headers"), [
    ({"style": "none"}, {}),
    ({"style": "github", "secrets": SECRETS},
     {"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}),
    ({"style": "hmac", "secrets": SECRETS, "header": "X-Sig"},
     {"x-sig": "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}),
])
def test_an_auth_verifies_as_it_says(auth, headers):
    """With the example that GitHub prints."""
    (trigger,) = parse_document(document(triggers=[{"type": "webhook", "path": "x", "auth": auth}])).triggers
    call = {"body": b"Hello, World!", "secrets": ["It's a Secret to Everybody"], "now": 0.0}
    assert trigger.auth.verify(headers=headers, **call) == "valid"
    assert trigger.auth.verify(headers={}, **call) == ("valid" if auth["style"] == "none" else "missing")


def test_a_stored_document_with_such_a_trigger_is_read():
    """An earlier release took it."""
    triggers = [
        {"type": "schedule", "expression": "cron(0 6 * * * *)", "timezone": "Nowhere"},
        {"type": "event", "pattern": {"source": "x"}},
    ]
    assert parse_document(document(triggers=triggers), stored=True).as_written["triggers"] == triggers
