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
