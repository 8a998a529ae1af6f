"""Publishing, comparing and rolling back versions."""

import pytest

from engine.catalog.catalog import Catalog
from engine.catalog.diff import StateChange
from engine.catalog.document import parse_document
from engine.errors import Conflict, InvalidDefinition, NotFound
from engine.ports.keys import Actor
from engine.ports.tasks import TaskPolicy

ANA = Actor("ana")


@pytest.fixture
def publish(catalog, make):
    """Import a document and publish it."""

    def run(result="paid", **fields):
        document = make(result, **fields)
        catalog.import_document("default", document, actor=ANA)
        return catalog.publish("default", document.name, note=f"now {result}", actor=ANA)

    return run


def refused(catalog, document):
    """Publishing `document` is refused; the problems by place."""
    catalog.import_document("default", document, actor=ANA)
    with pytest.raises(InvalidDefinition) as raised:
        catalog.publish("default", document.name, actor=ANA)
    assert catalog.versions("default", document.name) == []
    return {item.location: item for item in raised.value.diagnostics if item.severity == "ERROR"}


def with_state(name="Call", **state):
    return parse_document({"name": "w", "definition": {"StartAt": name, "States": {name: {"End": True, **state}}}})


def test_a_version_says_who_when_and_why(publish, clock, catalog):
    version = publish()
    assert (version.number, version.note, version.published_by) == (1, "now paid", "ana")
    assert version.published_at == clock.now()
    assert catalog.workflow("default", "orders").active_version == 1


def test_publishing_an_unchanged_draft_changes_nothing(publish, catalog):
    first = publish()
    assert catalog.publish("default", "orders", note="again", actor=ANA) == first
    assert len(catalog.versions("default", "orders")) == 1


def test_versions_are_numbered_and_newest_first(publish, catalog):
    publish("a")
    publish("b")
    assert [version.number for version in catalog.versions("default", "orders")] == [2, 1]
    with pytest.raises(NotFound, match="has no version 3: it has versions 1 to 2"):
        catalog.version("default", "orders", 3)


def test_rollback_points_back_and_keeps_the_history(publish, catalog):
    publish("a")
    publish("b")
    assert catalog.rollback("default", "orders", 1).number == 1
    assert catalog.workflow("default", "orders").active_version == 1
    assert catalog.rollback("default", "orders", 1).number == 1
    assert len(catalog.versions("default", "orders")) == 2
    with pytest.raises(NotFound):
        catalog.rollback("default", "orders", 9)


def test_after_a_rollback_the_draft_publishes_as_a_new_version(publish, catalog):
    publish("a")
    publish("b")
    catalog.rollback("default", "orders", 1)
    assert catalog.publish("default", "orders", actor=ANA).number == 3


def test_two_publish_at_once(catalog, store, make, monkeypatch):
    """The loser is told; nothing is lost and no number is used twice."""
    catalog.import_document("default", make("a"), actor=ANA)
    rival = Catalog(store, catalog._clock)
    put = store.put_version

    def rival_first(version):
        monkeypatch.setattr(store, "put_version", put)
        rival.import_document("default", make("b"), actor=ANA)
        rival.publish("default", "orders", actor=Actor("ben"))
        put(version)

    monkeypatch.setattr(store, "put_version", rival_first)
    with pytest.raises(Conflict):
        catalog.publish("default", "orders", actor=ANA)
    assert [version.published_by for version in catalog.versions("default", "orders")] == ["ben"]


def test_everything_wrong_is_listed_at_once(catalog):
    document = parse_document({
        "name": "w", "at_most_once": ["Wait"],
        "definition": {"StartAt": "Gone", "States": {
            "Call": {"Type": "Task", "Resource": "connector:log:write", "TimeoutSeconds": 241, "Next": "Nowhere"},
            "Wait": {"Type": "Wait", "Seconds": 1, "End": True},
        }},
    })
    found = refused(catalog, document)
    assert {"/States/Call/TimeoutSeconds", "/States/Call/Next", "/at_most_once/0"} <= found.keys()
    assert any("Gone" in item.message for item in found.values())


class KnownTasks:
    """Knows connector:log:write alone."""

    def policy(self, resource, _pin=None):
        if resource == "connector:log:write":
            return TaskPolicy()
        return TaskPolicy(problem=f"there is no action {resource}")


def test_unknown_actions_are_refused_by_state(store, clock):
    catalog = Catalog(store, clock, tasks=KnownTasks())
    inner = {"StartAt": "Deep", "States": {"Deep": {"Type": "Task", "Resource": "connector:none:go", "End": True}}}
    document = parse_document({"name": "w", "definition": {"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [
            {"StartAt": "Known", "States": {"Known": {"Type": "Task", "Resource": "connector:log:write", "End": True}}},
            {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": inner, "End": True}}},
        ], "End": True},
    }}})
    found = refused(catalog, document)
    assert [(place, item.message) for place, item in found.items()] == [(
        "/States/P/Branches[1]/States/M/ItemProcessor/States/Deep/Resource",
        "state 'Deep': there is no action connector:none:go",
    )]


@pytest.mark.parametrize("resource", [
    "connector:log:write.waitForTaskToken", "arn:aws:states:::glue:startJobRun.sync",
    "arn:aws:states:::states:startExecution.sync:2", "arn:aws:states:eu-west-1:123456789012:activity:approve",
])
def test_what_waits_outside_may_take_longer_than_the_call_budget(catalog, resource):
    document = with_state(Type="Task", Resource=resource, TimeoutSeconds=9999)
    assert "TASK_TIMEOUT_TOO_LONG" not in {item.code for item in catalog.problems(document)}


def distributed(**more):
    inner = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return with_state(Type="Map", ItemProcessor={**inner, "ProcessorConfig": config}, **more)


def reading(resource, **config):
    arguments = {"Bucket": "b", "Key": "k"}
    return {"ItemReader": {"Resource": resource, "Parameters": arguments, "ReaderConfig": config}}


@pytest.mark.parametrize(("more", "codes"), [
    ({}, set()),
    ({"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}},
     {"UNKNOWN_RESOURCE"}),
    (reading("arn:aws:states:::s3:getObject", InputType="JSON"), {"UNKNOWN_RESOURCE"}),  # AWS is off
    (reading("arn:aws:states:::s3:getObject", InputType="PARQUET"), {"UNKNOWN_RESOURCE", "ITEM_READER_NOT_AVAILABLE"}),
])
def test_a_distributed_map_is_refused_only_where_it_cannot_run(store, clock, more, codes):
    catalog = Catalog(store, clock, tasks=KnownTasks())
    found = {item.code for item in catalog.problems(distributed(**more)) if item.severity == "ERROR"}
    assert found == codes


@pytest.mark.parametrize(("named", "fine"), [
    ({"StateMachineArn": "orders"}, True), ({"StateMachineArn.$": "$.which"}, True),
    ({"StateMachineArn": "arn:aws:states:local:default:stateMachine:orders"}, True),
    ({"StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"}, False),
])
def test_a_workflow_may_start_another_whatever_connectors_there_are(store, clock, named, fine):
    catalog = Catalog(store, clock, tasks=KnownTasks())
    resource = "arn:aws:states:::states:startExecution.sync:2"
    found = [item.code for item in catalog.problems(with_state(Type="Task", Resource=resource, Parameters=named))
             if item.severity == "ERROR"]
    assert found == ([] if fine else ["UNKNOWN_RESOURCE"])


@pytest.mark.parametrize(("seconds", "fine"), [(240, True), (241, False), (99_999_999, False)])
def test_a_synchronous_task_keeps_to_the_call_budget(catalog, seconds, fine):
    document = with_state(Type="Task", Resource="connector:log:write", TimeoutSeconds=seconds)
    found = [item for item in catalog.problems(document) if item.location == "/States/Call/TimeoutSeconds"]
    assert bool(found) != fine
    if found:
        assert ".waitForTaskToken, .sync or an activity" in found[0].message


@pytest.mark.parametrize("ref", [{"$secret": "{% $key %}"}, {"$secret": 1}, {"$secret": "K", "x": 1},
                                 {"$secret.$": "$.key"}, {"$secret": ""}])
def test_a_secret_ref_is_literal(catalog, ref):
    document = with_state(Type="Task", Resource="connector:log:write", Parameters={"message": ref})
    assert any(place.startswith("/States/Call/Parameters/message") for place in refused(catalog, document))


def test_an_expression_makes_no_secret_ref(catalog):
    document = with_state(
        Type="Task", Resource="connector:log:write", QueryLanguage="JSONata",
        Arguments={"message": "{% {'$secret': 'KEY'} %}"},
    )
    assert "stays data" in refused(catalog, document)["/States/Call/Arguments/message"].message


@pytest.mark.parametrize(("expression", "places"), [
    ("{% $states.input.( %}", ["/business_key"]), ("$.a[", ["/business_key"]), ("{% $states.input.a %}", []),
    ("$.a[0].b", []),
])
def test_a_business_key_must_compile(catalog, expression, places):
    document = parse_document({**with_state(Type="Pass").as_written, "business_key": expression})
    assert [item.location for item in catalog.problems(document)] == places


def test_a_workflow_that_is_named_and_missing_is_warned_of(publish, catalog, make):
    named = {
        "alerts": [{"name": "pager", "workflow": "notify"}, {"name": "hook", "webhook": {"url": "https://x"}}],
        "triggers": [{"type": "workflow_end", "workflow": name, "name": f"n{number}"}
                     for number, name in enumerate(("import", "*", "notify"))],
    }
    document = make(**named)
    assert catalog.problems(document, "default") == [], "where nothing is, a file alone is looked at"
    catalog.import_document("default", make(name="notify"), actor=ANA)  # a draft alone starts nothing
    codes = [(item.code, item.location, item.severity) for item in catalog.problems(document, "default")]
    assert codes == [
        ("ALERT_WORKFLOW_MISSING", "/alerts/0/workflow", "WARNING"),
        ("TRIGGER_WORKFLOW_MISSING", "/triggers/0/workflow", "WARNING"),
        ("TRIGGER_WORKFLOW_MISSING", "/triggers/2/workflow", "WARNING"),
    ]
    assert catalog.problems(document) == []
    publish(name="notify")
    publish(name="import")
    assert catalog.problems(document, "default") == []
    catalog.set_archived("default", "notify", archived=True)
    assert [item.location for item in catalog.missing("default", document)] == [
        "/alerts/0/workflow", "/triggers/2/workflow"
    ]
    assert publish(**named).number == 1


def test_diff_names_the_states(publish, catalog):
    publish("a")
    document = parse_document({"name": "orders", "definition": {"StartAt": "Pay", "States": {
        "Pay": {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "pay"}, "Next": "Ship"},
        "Ship": {"Type": "Succeed"},
    }}})
    catalog.import_document("default", document, actor=ANA)
    diff = catalog.diff("default", "orders", 1, None)
    assert diff.states == (
        StateChange("Pay", "changed"), StateChange("Ship", "added"), StateChange("Done", "removed"),
    )
    assert diff.text.startswith("--- orders version 1\n+++ orders draft\n")
    catalog.publish("default", "orders", actor=ANA)
    assert catalog.diff("default", "orders", 2, None).text == ""
    assert catalog.diff("default", "orders", 2, None).states == ()


def test_a_container_is_not_changed_by_what_is_inside_it(catalog):
    def document(seconds):
        inner = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": seconds, "End": True}}}
        return with_state("P", Type="Parallel", Branches=[inner])

    catalog.import_document("default", document(1), actor=ANA)
    catalog.publish("default", "w", actor=ANA)
    catalog.import_document("default", document(2), actor=ANA)
    assert catalog.diff("default", "w", 1, None).states == (StateChange("W", "changed"),)
