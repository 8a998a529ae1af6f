"""`automate import --file` of what is no workflow document: n8n exports and templates."""

import json

HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}}
N8N = {
    "name": "Greetings",
    "nodes": [{"name": "Start", "type": "n8n-nodes-base.manualTrigger"}, {"name": "Odd", "type": "n8n-nodes-base.odd"}],
    "connections": {"Start": {"main": [[{"node": "Odd"}]]}},
}


def machine(**properties):
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def written(tmp_path, value, name="other.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


def test_an_n8n_export_becomes_a_draft_and_what_is_left_to_do_is_listed(automate, tmp_path):
    status, out, _ = automate("import", "--file", written(tmp_path, N8N), "--publish")
    assert status == 0
    assert out.splitlines()[:2] == ["Greetings: draft created", "Greetings: version 1 published and active"]
    assert "the trigger 'Start' was not taken over" in out
    assert "'Odd' (odd) is not known here" in out
    assert json.loads(automate("export", "Greetings")[1])["definition"]["StartAt"] == "Odd"


def test_each_state_machine_of_a_template_becomes_a_draft(automate, tmp_path):
    template = {"Resources": {"One": machine(Definition=HELLO), "Two": machine(Definition=HELLO)}}
    path = written(tmp_path, template)
    status, out, _ = automate("import", "--json", "--file", path)
    shape = json.loads(out)
    assert (status, shape["format"]) == (0, "cloudformation")
    assert [(item["workflow"], item["created"], item["version"]) for item in shape["imported"]] == [
        ("One", True, None), ("Two", True, None),
    ]
    status, _, err = automate("import", "--file", path, "--name", "three")
    assert (status, "has 2 workflows: One, Two" in err) == (1, True)


def test_a_template_in_yaml_has_its_short_forms_and_another_name(automate, tmp_path):
    properties = f"{{DefinitionString: !Sub '{json.dumps(HELLO)}'}}"
    text = f"Resources:\n  One: {{Type: AWS::StepFunctions::StateMachine, Properties: {properties}}}\n"
    status, out, _ = automate("import", "--file", written(tmp_path, text, "template.yaml"), "--name", "greet")
    assert (status, out) == (0, "greet: draft created\n")


def test_a_definition_in_a_file_beside_the_template_is_taken_with_its_substitutions(automate, tmp_path):
    (tmp_path / "machines").mkdir()
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${Table}", "End": True}}}
    written(tmp_path / "machines", definition, "orders.asl.json")
    properties = {"DefinitionUri": "machines/orders.asl.json", "DefinitionSubstitutions": {"Table": "orders-table"}}
    template = {"Resources": {
        "Orders": {"Type": "AWS::Serverless::StateMachine", "Properties": properties},
        "Gone": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "machines/gone.asl.json"}},
        "Far": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "/etc/hostname"}},
    }}
    status, out, _ = automate("import", "--file", written(tmp_path, template))
    assert (status, out.splitlines()[0]) == (0, "Orders: draft created")
    assert "were not taken over (Gone: machines/gone.asl.json, Far: /etc/hostname)" in out
    assert json.loads(automate("export", "Orders")[1])["definition"]["States"]["A"]["Result"] == "orders-table"
    written(tmp_path / "machines", "{", "orders.asl.json")
    status, _, err = automate("import", "--file", written(tmp_path, template))
    assert (status, "machines/orders.asl.json: " in err) == (1, True)


def test_commands_that_read_documents_say_what_the_file_is(automate, tmp_path):
    path = written(tmp_path, N8N)
    for command in ("validate", "test", "simulate", "cost"):
        status, _, err = automate(command, path)
        assert (status, f"{path} is an n8n export, no workflow document" in err) == (1, True), command
        assert f"automate import --file {path}" in err


def test_a_file_of_no_kind_keeps_its_own_error(automate, tmp_path):
    for text, said in (('{"a": 1}', "'definition' is missing"), ("a: [", "not valid YAML"), ("{", "not valid JSON")):
        status, _, err = automate("validate", written(tmp_path, text, "x.yaml" if text[0] == "a" else "x.json"))
        assert (status, said in err) == (1, True), err
