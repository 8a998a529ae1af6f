"""automate tune reads a stage: botocore's own stubs check each request and each answer by AWS's models."""

from datetime import UTC, datetime, timedelta

import botocore.session
import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import ANY, Stubber

from engine.errors import NotFound
from functions.cli.tuning.account import Account, AccountRefused, in_plain_words
from functions.cli.tuning.figures import Period
from functions.cli.tuning.stage_figures import read_stage
from functions.cli.tuning.stage_settings import read_settings
from functions.tunables import Tunables

NOW = 1_795_000_123.0
START = datetime.fromtimestamp(1_794_996_300, UTC)
SETTINGS = Tunables(stage="prod")


class StubbedAccount(Account):
    """Clients that answer what a test has said they do, in that order; `done` checks that all was asked for."""

    def __init__(self):
        super().__init__()
        self._session = botocore.session.Session()
        self._session.set_credentials("AKIDEXAMPLE", "secret")
        self._region = "eu-west-1"
        self._stubs = {}

    def stub(self, service):
        if service not in self._stubs:
            self._stubs[service] = Stubber(self.client(service))
            self._stubs[service].activate()
        return self._stubs[service]

    def done(self):
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def account():
    made = StubbedAccount()
    yield made
    made.done()


def deployed(account, **worker):
    functions = account.stub("lambda")
    functions.add_response("get_function_configuration", {
        "FunctionName": "automate-prod-worker", "MemorySize": 1024,
        "Environment": {"Variables": {"AUTOMATE_TASK_THREADS": "64"}}, **worker,
    }, {"FunctionName": "automate-prod-worker"})
    functions.add_response("list_event_source_mappings", {"EventSourceMappings": [{
        "EventSourceArn": "arn:aws:sqs:eu-west-1:123456789012:engine-Wakes-1", "BatchSize": 50,
        "MaximumBatchingWindowInSeconds": 2, "ScalingConfig": {"MaximumConcurrency": 40},
    }]}, {"FunctionName": "automate-prod-worker"})
    functions.add_response("get_function_concurrency", {"ReservedConcurrentExecutions": 60})
    functions.add_response("get_function_configuration", {"MemorySize": 768}, {"FunctionName": "automate-prod-api"})


def test_the_settings_are_those_that_are_deployed(account):
    deployed(account)
    gateway = account.stub("apigateway")
    gateway.add_response("get_rest_apis", {"items": [{"id": "o", "name": "x"}, {"id": "a1", "name": "automate-prod"}]})
    gateway.add_response("get_stage", {"methodSettings": {
        "*/*": {"throttlingRateLimit": 200.0, "throttlingBurstLimit": 300},
    }}, {"restApiId": "a1", "stageName": "prod"})
    assert read_settings(account, "prod") == (Tunables(
        stage="prod", batch_size=50, batch_window_seconds=2, max_concurrency=40, reserved_concurrency=60,
        worker_memory_mb=1024, api_memory_mb=768, task_threads=64, api_requests_per_second=200, api_burst=300,
    ), "engine-Wakes-1", [])


def test_a_throttle_that_may_not_be_read_is_said(account):
    deployed(account)
    account.stub("apigateway").add_client_error("get_rest_apis", "AccessDeniedException", "not yours")
    settings, _, unread = read_settings(account, "prod")
    assert settings.api_requests_per_second == Tunables().api_requests_per_second
    [said] = unread
    assert said.startswith("The API's throttle is taken to be the default: ")
    assert said.endswith("AccessDeniedException: not yours")


def test_a_stage_that_is_not_there(account):
    account.stub("lambda").add_client_error("get_function_configuration", "ResourceNotFoundException", "no function")
    with pytest.raises(NotFound, match="the worker of stage prod is not there") as raised:
        read_settings(account, "prod")
    assert "--region" in raised.value.advice


def test_a_worker_without_a_queue(account):
    functions = account.stub("lambda")
    functions.add_response("get_function_configuration", {"FunctionName": "f", "MemorySize": 512})
    functions.add_response("list_event_source_mappings", {"EventSourceMappings": []})
    functions.add_response("get_function_concurrency", {})
    functions.add_response("get_function_configuration", {"MemorySize": 512})
    with pytest.raises(NotFound, match="no queue"):
        read_settings(account, "prod")


def test_nobody_is_signed_in():
    with pytest.raises(AccountRefused, match="could not be read") as raised, in_plain_words("the metrics"):
        raise NoCredentialsError
    assert "--profile" in raised.value.advice


@pytest.mark.parametrize(("profile", "says"), [(None, "must specify a region"), ("nope", "nope")])
def test_no_region_and_no_such_profile_are_no_defects(monkeypatch, tmp_path, profile, says):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(AccountRefused, match=says) as raised:
        Account(profile).client("lambda")
    assert "--profile" in raised.value.advice


QUERIES = {
    "queue_age": 0, "visible": 1, "received": 2, "invocations": 3, "p50": 6, "ExecutionsStarted": 9, "WakesFailed": 18,
}


def metrics(account, *pages):
    """Each page maps a metric to {period number: value}."""
    for number, page in enumerate(pages):
        account.stub("cloudwatch").add_response("get_metric_data", {
            "MetricDataResults": [{
                "Id": f"m{QUERIES[name]}",
                "Timestamps": [START + timedelta(minutes=5 * at) for at in values], "Values": list(values.values()),
            } for name, values in page.items()],
            **({"NextToken": "more"} if number + 1 < len(pages) else {}),
        })


def limit(account):
    answer = {"AccountLimit": {"UnreservedConcurrentExecutions": 900}}
    account.stub("lambda").add_response("get_account_settings", answer)


def memory(account, function, held, status="Complete", used="301.5"):
    group = f"/aws/lambda/automate-prod-{function}"
    logs = account.stub("logs")
    logs.add_response("describe_log_groups", {"logGroups": [
        {"logGroupName": group, "storedBytes": held}, {"logGroupName": f"{group}-other", "storedBytes": 10**12},
    ]}, {"logGroupNamePrefix": group})
    if held > 2_000_000_000:
        return
    logs.add_response("start_query", {"queryId": "q"}, {
        "logGroupName": group, "startTime": 1_794_996_300, "endTime": 1_794_999_900, "queryString": ANY, "limit": 1,
    })
    logs.add_response("get_query_results", {"status": "Running", "results": []})
    results = [[{"field": "used", "value": used}]] if used else []
    logs.add_response("get_query_results", {"status": status, "results": results})


def read(account):
    return read_stage(account, SETTINGS, "Wakes", now=NOW, hours=1.0, pause=lambda _: None)


def test_metrics_come_by_period_from_several_pages_and_memory_from_the_log(account):
    metrics(
        account,
        {"queue_age": {0: 3.0}, "visible": {0: 2.0}, "received": {0: 90.0, 1: 10.0}, "ExecutionsStarted": {0: 5.0}},
        {"invocations": {0: 9.0, 1: 1.0}, "p50": {0: 1500.0}, "ExecutionsStarted": {7: 4.0}},
    )
    limit(account)
    memory(account, "worker", 2_000_000_000)
    memory(account, "api", 10, used="")
    found = read(account)
    assert found.periods == (
        Period(queue_age=3, visible=2, received=90, invocations=9, p50=1.5), Period(received=10, invocations=1),
    )
    assert found.counts == {"ExecutionsStarted": 9.0}
    assert (found.unreserved, found.worker_memory_used, found.api_memory_used) == (900, 301.5, None)
    assert found.unread == ()


def test_the_request_names_this_stage_and_whole_periods(account):
    asked = {}
    account.client("cloudwatch").meta.events.register(
        "provide-client-params.cloudwatch.GetMetricData", lambda params, **_: asked.update(params)
    )
    metrics(account, {})
    limit(account)
    read(account)
    assert (asked["StartTime"], asked["EndTime"]) == (START, START + timedelta(hours=1))
    shapes = {item["MetricStat"]["Metric"]["MetricName"]: item["MetricStat"] for item in asked["MetricDataQueries"]}
    assert {stat["Period"] for stat in shapes.values()} == {300}
    assert shapes["ApproximateAgeOfOldestMessage"]["Metric"]["Dimensions"] == [{"Name": "QueueName", "Value": "Wakes"}]
    assert shapes["Throttles"]["Metric"]["Dimensions"] == [{"Name": "FunctionName", "Value": "automate-prod-worker"}]
    assert shapes["WakesFailed"]["Metric"]["Dimensions"] == [
        {"Name": "service", "Value": "worker"}, {"Name": "stage", "Value": "prod"},
    ]


def test_no_metrics_ask_for_no_log(account):
    metrics(account, {})
    limit(account)
    found = read(account)
    assert (found.periods, found.counts, found.unread) == ((), {}, ())


def test_what_is_refused_or_dear_is_said_and_the_rest_is_read(account):
    metrics(account, {"invocations": {0: 5.0}})
    account.stub("lambda").add_client_error("get_account_settings", "AccessDeniedException", "no")
    memory(account, "worker", 80_000_000_000)
    memory(account, "api", 10, status="Timeout")
    found = read(account)
    assert (found.unreserved, found.worker_memory_used, found.api_memory_used) == (None, None, None)
    assert [text.partition(":")[0] for text in found.unread] == [
        "the account's concurrency could not be read", "the memory used was not read", "the memory used was not read",
    ]
    assert "holds 80 GB" in found.unread[1]


def test_metrics_that_may_not_be_read_end_it(account):
    account.stub("cloudwatch").add_client_error("get_metric_data", "AccessDenied", "no")
    with pytest.raises(AccountRefused, match="the metrics could not be read"):
        read(account)
