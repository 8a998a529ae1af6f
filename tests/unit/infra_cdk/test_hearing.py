"""What a stage hears, by its templates: who may send, who may read, and how webhooks come in."""

import json
from pathlib import Path

import pytest

from engine.adapters.aws.table import ENDED, ENDED_TERM, STATUSES
from functions.api.metrics import WEBHOOKS
from functions.tunables import Tunables
from tests.support.hearing_stage import HEARS
from tests.support.iam.templates import Stage

pytestmark = pytest.mark.full
OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
EVENTS = "events.amazonaws.com"
TOPIC = "arn:aws:sns:eu-central-1:111122223333:failures"


def properties(template, kind):
    return {name: found["Properties"] for name, found in template.find_resources(kind).items()}


@pytest.fixture
def rules(hearing):
    """Those that put events into the queue of arrivals, by their bus."""
    found = properties(hearing["engine"], "AWS::Events::Rule").items()
    return {each["EventBusName"]: (name, each) for name, each in found if "EventPattern" in each}


@pytest.fixture
def mappings(hearing):
    """The listener's, by their queue as the template names it."""
    found = properties(hearing["engine"], "AWS::Lambda::EventSourceMapping").values()
    own = [each for each in found if "Listener" in json.dumps(each["FunctionName"])]
    return {json.dumps(each["EventSourceArn"]): each for each in own}


def test_each_heard_bus_has_a_rule_for_all_of_its_events(rules):
    assert set(rules) == set(HEARS["buses"])
    for _, rule in rules.values():
        assert rule["EventPattern"] == {"source": [{"prefix": ""}]}
        [target] = rule["Targets"]
        assert "Arrivals" in json.dumps(target["Arn"])
        assert "LostArrivals" in json.dumps(target["DeadLetterConfig"])
    assert "InputTransformer" not in rules["default"][1]["Targets"][0]
    assert rules["shop"][1]["Targets"][0]["InputTransformer"] == {
        "InputTemplate": '{"bus": "shop", "event": <aws.events.event.json>}'
    }


def test_a_bucket_is_heard_by_a_rule_of_its_own_where_the_default_bus_is_not(tmp_path):
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support.stage_updates import synthesise  # noqa: PLC0415

    resources = synthesise(hears="bucket:uploads,bucket:down.loads")["automate-test-engine"]["Resources"].values()
    patterns = [each["Properties"]["EventPattern"] for each in resources
                if each["Type"] == "AWS::Events::Rule" and "EventPattern" in each["Properties"]]
    assert patterns == [
        {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [name]}}}
        for name in ("uploads", "down.loads")
    ]


def test_the_listener_reads_the_arrivals_and_each_heard_queue_and_reports_what_failed(mappings, hearing):
    [own] = [each for name, each in mappings.items() if "Arrivals" in name]
    assert len(mappings) == 1 + len(HEARS["queues"])
    assert json.dumps(HEARS["queues"][0]) in mappings
    assert all(each["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for each in mappings.values())
    functions = properties(hearing["engine"], "AWS::Lambda::Function").values()
    [listener] = [each for each in functions if each["FunctionName"] == "automate-test-listener"]
    assert listener["Timeout"] <= 30, "a queue's default visibility: Lambda takes no mapping with less than the timeout"
    assert listener["Environment"]["Variables"]["AUTOMATE_ARRIVALS"] == own["EventSourceArn"]
    queues = properties(hearing["engine"], "AWS::SQS::Queue")
    [arrivals] = [each for name, each in queues.items() if name.startswith("HearingArrivals")]
    assert arrivals["VisibilityTimeout"] == 6 * listener["Timeout"]
    assert arrivals["RedrivePolicy"]["maxReceiveCount"] == 10


def test_the_stages_own_rules_may_send_to_the_arrivals_and_no_others(stage, rules):
    arrivals = stage.arn("engine", "AWS::SQS::Queue", "HearingArrivals")
    for name, _ in rules.values():
        own = stage.resolved("engine", {"Fn::GetAtt": [name, "Arn"]})
        assert stage.may(EVENTS, "sqs:SendMessage", arrivals, aws_SourceArn=own)
        assert not stage.may(EVENTS, "sqs:SendMessage", arrivals, aws_SourceArn=own, aws_SecureTransport="false")
    assert not stage.may(EVENTS, "sqs:SendMessage", arrivals)
    assert not stage.may(EVENTS, "sqs:SendMessage", arrivals, aws_SourceArn=f"{own}-other")


def test_the_listener_alone_reads_what_is_heard(stage):
    arrivals = stage.arn("engine", "AWS::SQS::Queue", "HearingArrivals")
    for function in ("api", "worker", "sweeper", "deadletter", "sealer", "connector", "listener"):
        caller, is_it = stage.role(function), function == "listener"
        for queue in (arrivals, *HEARS["queues"]):
            assert stage.may(caller, "sqs:ReceiveMessage", queue) is is_it
            assert stage.may(caller, "sqs:DeleteMessage", queue) is is_it
            assert not stage.may(caller, "sqs:SendMessage", queue)
    listener, [key] = stage.role("listener"), HEARS["keys"]
    delegating = [{"Statement": {
        "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    }}]
    assert stage.may(listener, "kms:Decrypt", key, made=delegating)
    assert not stage.may(stage.role("worker"), "kms:Decrypt", key, made=delegating)
    assert not stage.may(listener, "sqs:ReceiveMessage", f"{HEARS['queues'][0]}-other")
    assert not stage.may(listener, "s3:GetObject", "arn:aws:s3:::uploads/in/a.csv"), "the event is what arrives"


def test_the_api_refuses_by_the_same_list(hearing, templates):
    def listed(stacks):
        [function] = properties(stacks["api"], "AWS::Lambda::Function").values()
        return function["Environment"]["Variables"]["AUTOMATE_HEARS"]

    assert f"bus:shop,queue:{HEARS['queues'][0]}" in listed(hearing)
    assert listed(templates) == ""


def test_a_stage_that_hears_nothing_has_no_listener(templates):
    """And pays for none: docs/costs.md, Idle."""
    engine = json.dumps(templates["engine"].to_json())
    assert "Arrivals" not in engine
    assert "listener" not in engine
    alarms = properties(templates["observability"], "AWS::CloudWatch::Alarm").values()
    assert not [each for each in alarms if "arrivals" in each["AlarmName"] or "listener" in each["AlarmName"]]


def test_the_alarms_of_arrivals(hearing):
    alarms = {each["AlarmName"].removeprefix("automate-test-"): each
              for each in properties(hearing["observability"], "AWS::CloudWatch::Alarm").values()}
    age, lost = alarms["arrivals-age"], alarms["arrivals-lost"]
    assert (age["MetricName"], age["Threshold"]) == ("ApproximateAgeOfOldestMessage", 600)
    assert (lost["MetricName"], lost["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)
    assert {"listener-errors", "listener-throttles"} <= set(alarms)


class TestWebhooks:
    @pytest.fixture
    def method(self, templates):
        resources = templates["api"].find_resources("AWS::ApiGateway::Resource")
        methods = properties(templates["api"], "AWS::ApiGateway::Method").values()
        parts = {name: each["Properties"] for name, each in resources.items()}

        def path(name):
            parent = parts[name]["ParentId"].get("Ref")
            return f"{path(parent) if parent in parts else ''}/{parts[name]['PathPart']}"

        [found] = [each for each in methods if path(each["ResourceId"].get("Ref", next(iter(parts)))) == WEBHOOKS]
        return found

    def test_anybody_may_call_them(self, method):
        assert (method["HttpMethod"], method["AuthorizationType"]) == ("POST", "NONE")
        assert "AuthorizerId" not in method

    def test_they_and_forms_have_a_throttle_of_their_own(self, templates):
        [stage] = properties(templates["api"], "AWS::ApiGateway::Stage").values()
        settings = {(each["HttpMethod"], each["ResourcePath"].replace("~1", "/")): each
                    for each in stage["MethodSettings"]}
        given = Tunables()
        doors = (("POST", WEBHOOKS), ("GET", "/forms"), ("POST", "/forms"), ("POST", "/hooks/slack.com/approvals"))
        for method, path in doors:
            own = settings.pop((method, f"/{path}"))
            assert own["ThrottlingRateLimit"] == given.webhook_requests_per_second
            assert own["ThrottlingBurstLimit"] == given.webhook_burst
            assert own["DataTraceEnabled"] is False, "bodies are not for logs"
        assert set(settings) == {("*", "/*")}

    def test_what_is_no_json_reaches_the_signature_byte_for_byte_and_json_is_not_longer(self, templates):
        """The gateway decodes as UTF-8 what is no binary media type, and hands over in base64 what is one: a third
        longer, and a function takes 6 MB."""
        [api] = properties(templates["api"], "AWS::ApiGateway::RestApi").values()
        kinds = set(api["BinaryMediaTypes"])
        assert {"application/octet-stream", "application/x-www-form-urlencoded", "multipart/form-data"} <= kinds
        assert not kinds & {"application/json", "*/*", "application/*"}


def test_the_sweeper_has_time_zones_of_its_own(templates):
    functions = properties(templates["engine"], "AWS::Lambda::Function").values()
    layers = {each["FunctionName"]: json.dumps(each.get("Layers")) for each in functions}
    assert "Zones" in layers["automate-test-sweeper"]
    assert "Zones" not in layers["automate-test-worker"]


@pytest.fixture(scope="module")
def telling():
    """The templates of a stage that hears ends, with a Studio, and topics for alerts."""
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support.stage_updates import synthesise  # noqa: PLC0415

    return synthesise(hears="ends", alert_topics=TOPIC, alert_webhook="https://x", cdn="true")


def environment(stacks, stack, function):
    named = {
        each["Properties"].get("FunctionName"): each["Properties"]
        for each in stacks[f"automate-test-{stack}"]["Resources"].values() if each["Type"] == "AWS::Lambda::Function"
    }
    return named[f"automate-test-{function}"]["Environment"]["Variables"]


def test_a_stage_that_hears_ends_has_the_stream_tell_its_sweeper(telling):
    resources = telling["automate-test-engine"]["Resources"].values()
    filters = [
        [json.loads(each["Pattern"]) for each in found["Properties"]["FilterCriteria"]["Filters"]]
        for found in resources
        if found["Type"] == "AWS::Lambda::EventSourceMapping" and "Sweeper" in json.dumps(found["Properties"])
    ]
    assert filters == [[ENDED_TERM, ENDED]]
    assert not [each for each in resources if "Arrivals" in json.dumps(each)]
    assert environment(telling, "engine", "sweeper")["AUTOMATE_HEARS_ENDS"] == "1"


def test_alerts_leave_a_stage_by_what_is_named_alone(telling):
    stage = Stage({name.removeprefix("automate-test-"): each for name, each in telling.items()})
    connector = stage.arn("engine", "AWS::Lambda::Function", "Connector")
    parameter = "arn:aws:ssm:eu-central-1:111122223333:parameter/automate-test/studio-url"
    for function in ("worker", "sweeper", "deadletter", "sealer", "connector", "api"):
        caller, is_it = stage.role(function), function == "sweeper"
        assert stage.may(caller, "sns:Publish", TOPIC) is is_it
        assert not stage.may(caller, "sns:Publish", f"{TOPIC}-other")
        assert stage.may(caller, "lambda:InvokeFunction", connector) is is_it
        assert stage.may(caller, "ssm:GetParameter", parameter) is is_it
    sweeper = environment(telling, "engine", "sweeper")
    assert sweeper["AUTOMATE_ALERT_WEBHOOK"] == "https://x"
    assert sweeper["AUTOMATE_CONNECTOR_FUNCTION"] == "automate-test-connector"
    assert environment(telling, "api", "api")["AUTOMATE_ALERT_TOPICS"] == TOPIC
    [written] = [
        each["Properties"] for each in telling["automate-test-studio"]["Resources"].values()
        if each["Type"] == "AWS::SSM::Parameter"
    ]
    assert written["Name"] == sweeper["AUTOMATE_STUDIO_PARAMETER"] == "/automate-test/studio-url"


def test_a_stage_that_hears_no_ends_lets_no_alert_leave(templates):
    policies = json.dumps(templates["engine"].find_resources("AWS::IAM::Policy"))
    assert not [act for act in ("sns:Publish", "lambda:InvokeFunction", "ssm:GetParameter") if act in policies]


@pytest.fixture(scope="module")
def told():
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support.stage_updates import synthesise  # noqa: PLC0415

    return synthesise(status_events_bus="states", cdn="false")


class TestStatusEvents:
    BUS = "arn:aws:events:eu-central-1:111122223333:event-bus/states"

    def test_the_stream_tells_the_sweeper_of_changes_of_status(self, told):
        filters = [
            [json.loads(each["Pattern"]) for each in found["Properties"]["FilterCriteria"]["Filters"]]
            for found in told["automate-test-engine"]["Resources"].values()
            if found["Type"] == "AWS::Lambda::EventSourceMapping" and "Sweeper" in json.dumps(found["Properties"])
        ]
        assert filters == [[ENDED_TERM, *STATUSES]]

    def test_the_sweeper_alone_puts_on_that_bus_alone(self, told):
        stage = Stage({name.removeprefix("automate-test-"): each for name, each in told.items()})
        queue = stage.arn("engine", "AWS::SQS::Queue", "StatusesNotPut")
        for function in ("worker", "sweeper", "deadletter", "sealer", "connector", "api"):
            caller, is_it = stage.role(function), function == "sweeper"
            assert stage.may(caller, "events:PutEvents", self.BUS) is is_it
            assert not stage.may(caller, "events:PutEvents", f"{self.BUS}-other")
            for act in ("SendMessage", "ReceiveMessage", "DeleteMessage"):
                assert stage.may(caller, f"sqs:{act}", queue) is is_it
        assert stage.resolved("engine", environment(told, "engine", "sweeper")["AUTOMATE_STATUS_BUS"]) == self.BUS

    def test_an_alarm_tells_what_waits(self, told):
        alarms = [each["Properties"] for each in told["automate-test-observability"]["Resources"].values()
                  if each["Type"] == "AWS::CloudWatch::Alarm"]
        [own] = [each for each in alarms if each["AlarmName"] == "automate-test-statuses-not-put"]
        assert (own["MetricName"], own["Threshold"]) == ("ApproximateAgeOfOldestMessage", 3600)


def test_a_stage_without_a_bus_for_statuses_has_none_of_it(templates):
    assert "StatusesNotPut" not in json.dumps(templates["engine"].to_json())
