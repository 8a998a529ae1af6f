import json

import pytest

from connectors import ActionSpec, ConnectorAdapter
from connectors.known.n8n import KINDS, tasks_of
from connectors.registry import Registry
from engine.conversion.reading import convert


class Tracker(ConnectorAdapter):
    code = "issue_tracker"
    name = "Tracker"
    actions = {  # noqa: RUF012
        "create_issue": ActionSpec(inputs={"title": {"type": "string"}, "due_on": {"type": "string"}}),
        "create_issue_comment": ActionSpec(inputs={"body": {"type": "string"}}),
        "list_issues": ActionSpec(kind="read"),
    }


def registry():
    made = Registry(builtin=(), installed=tuple, shipped=())
    made.register(Tracker)
    return made


def test_a_node_called_as_a_connector_that_is_here_becomes_its_action():
    task = tasks_of(registry())["issueTracker"]
    assert task({"resource": "issue", "operation": "create", "title": "T", "dueOn": "now", "other": 1}) == (
        "connector:issue_tracker:create_issue", {"title": "T", "due_on": "now"},
    )
    assert task({"resource": "issueComment", "operation": "create", "body": "B"})[0].endswith("create_issue_comment")
    assert task({"operation": "archive"}) == ("connector:issue_tracker:archive", {"operation": "archive"})


def test_a_kind_whose_connector_is_not_here_is_none():
    assert set(tasks_of(registry())) == {"issueTracker"}
    assert {*KINDS, "postgres", "mySql"} <= tasks_of(Registry(installed=tuple)).keys()


def test_a_kind_becomes_the_action_of_ones_own_that_means_the_same():
    class Letters(ConnectorAdapter):
        code = "letters"
        name = "Letters"
        actions = {"post": ActionSpec(means="mail", inputs={"to": {"type": "string"}})}  # noqa: RUF012

    made = Registry(installed=tuple)
    made.register(Letters)
    assert tasks_of(made)["gmail"]({"sendTo": "a@b.c"})[0] == "connector:letters:post"
    assert tasks_of(made)["slack"]({})[0] == "connector:slack:post_message"


def test_an_export_is_converted_by_what_is_here():
    export = """{"nodes": [
      {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "parameters": {}},
      {"name": "Ask", "type": "n8n-nodes-base.issueTracker",
       "parameters": {"resource": "issue", "operation": "create", "title": "T"}}],
      "connections": {"Start": {"main": [[{"node": "Ask", "type": "main", "index": 0}]]}}}"""
    document = convert(export, n8n_tasks=tasks_of(registry())).candidates[0].document
    states = document["definition"]["States"]
    assert [state["Resource"] for state in states.values() if state["Type"] == "Task"] == [
        "connector:issue_tracker:create_issue",
    ]


def test_a_charge_is_no_refund_and_amounts_stay_in_the_smallest_unit():
    task = tasks_of(Registry(installed=tuple))["stripe"]
    resource, given = task({"resource": "charge", "operation": "create", "amount": 1099, "currency": "eur"})
    assert (resource, given["amount"], given["confirm"]) == ("connector:stripe:create_payment_intent", 1099, True)
    assert task({"resource": "customer", "operation": "create", "name": "Ada"}) == (
        "connector:stripe:create_customer", {"name": "Ada"},
    )


def test_a_statement_is_a_query_where_it_reads():
    task = tasks_of(Registry(installed=tuple))
    given = {"operation": "executeQuery", "query": " select 1"}
    assert task["postgres"](given) == ("connector:postgres:query", {"statement": " select 1"})
    assert task["mySql"]({**given, "query": "DELETE FROM a"})[0] == "connector:mysql:execute"


def table(**rows):
    return {"parameters": [{"name": name, "value": value} for name, value in rows.items()]}


@pytest.mark.parametrize(("parameters", "arguments"), [
    ({"sendBody": True, "bodyParameters": table(id="={{ $json.id }}")}, {"json": {"id": "{% $states.input.id %}"}}),
    ({"sendBody": True, "specifyBody": "json", "jsonBody": '{"n": 1}'}, {"json": {"n": 1}}),
    ({"sendBody": True, "specifyBody": "json", "jsonBody": "={{ $json.order }}"},
     {"json": "{% $states.input.order %}"}),
    ({"sendBody": True, "specifyBody": "json", "jsonBody": '={"n": {{ $json.n }}}'},
     {"body": '{% "{\\"n\\": " & $states.input.n & "}" %}', "headers": {"Content-Type": "application/json"}}),
    ({"contentType": "raw", "body": "text", "sendBody": True, "rawContentType": "text/csv"},
     {"body": "text", "headers": {"Content-Type": "text/csv"}}),
    ({"sendQuery": True, "queryParameters": table(page="2"), "sendHeaders": True,
      "headerParameters": table(Accept="text/csv")}, {"query": {"page": "2"}, "headers": {"Accept": "text/csv"}}),
    ({"sendBody": False, "bodyParameters": table(id="1")}, {}),
])
def test_a_request_sends_what_the_node_sends(parameters, arguments):
    state, notes = converted("httpRequest", {"method": "POST", "url": "https://a.example", **parameters})
    assert state["Arguments"] == {"method": "POST", "url": "https://a.example", **arguments}
    assert [note for note in notes if "more than was taken over" in note] == (
        ["'N' has more than was taken over: bodyParameters"] if not arguments else []
    )


def test_what_is_not_taken_over_of_a_node_is_a_note():
    _, notes = converted("httpRequest", {
        "url": "https://a.example", "authentication": "genericCredentialType", "options": {}, "sendBody": True,
        "contentType": "form-urlencoded", "bodyParameters": table(a="1"),
    })
    assert notes[-1] == "'N' has more than was taken over: authentication, bodyParameters"
    _, notes = converted("postgres", {"operation": "insert", "table": "orders"})
    assert notes[-1] == "'N' has more than was taken over: table"


def converted(kind, parameters):
    export = {
        "nodes": [{"name": "N", "type": f"n8n-nodes-base.{kind}", "parameters": parameters}], "connections": {},
    }
    [found] = convert(json.dumps(export), n8n_tasks=tasks_of(Registry(installed=tuple))).candidates
    return found.document["definition"]["States"]["N"], [note.text for note in found.notes]
