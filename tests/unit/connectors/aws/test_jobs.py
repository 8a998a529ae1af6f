"""Jobs that are waited for: the table against botocore's models, and what is asked, answered and stopped."""

import datetime as dt
import json

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from connectors.aws.dialects import OPTIMISED as DIALECTS
from connectors.aws.jobs import TABLE, place
from connectors.aws.resources import StartedJob, find_target
from connectors.aws.tasks import AwsTasks
from engine.adapters.aws.service_models import service_model
from engine.language.asl.integrations import OPTIMISED, SYNC
from engine.ports.tasks import TaskFailed, TaskGoesOn, TaskSucceeded
from engine.testing import simulate
from tests.support.aws_calls import make_call
from tests.support.durable import TESTER, Product

GLUE = "arn:aws:states:::glue:startJobRun.sync"


class Scripted:
    """Clients whose operations answer from a script, in order; the last answer stays."""

    def __init__(self, **answers):
        self.answers = answers
        self.sent = []

    def client(self, service, timeout_seconds):
        return self

    def credentials(self):
        raise AssertionError

    def __getattr__(self, name):
        def operation(**params):
            self.sent.append((name, params))
            answers = self.answers[name]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return operation


def error(code, status):
    return ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {
        "HTTPStatusCode": status, "RequestId": "r-1"}}, "GetJobRun")


def asked(resource, answer, arguments=None, job=None, **changes):
    clients = Scripted(**answer)
    call = make_call(resource, arguments or {}, job=job or {}, **changes)
    return AwsTasks(clients).call(call), clients.sent


# ---------------------------------------------------------------- the table


def test_every_job_that_aws_offers_is_known_but_kubernetes():
    offered = {f"{service}:{action}" for service, actions in OPTIMISED.items() for action, ways in actions.items()
               if SYNC in ways}
    assert offered - TABLE.keys() == {"eks:runJob"}
    assert TABLE.keys() <= offered


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_operations_parameters_and_statuses_are_the_apis(name):
    job = TABLE[name]
    model = service_model(DIALECTS[name.partition(":")[0]].service)
    shapes = [model.operation_model(operation).input_shape for operation in (job.describe, job.stop) if operation]
    assert job.places.keys() <= {parameter for shape in shapes for parameter in shape.members}
    for shape in shapes:
        assert set(shape.required_members) <= job.places.keys()
    shape = model.operation_model(job.describe).output_shape
    for part in job.status.split("."):
        shape = shape.member if part.isdecimal() else shape.members[part]
    known = set(getattr(shape, "enum", ()))
    assert not known or {*job.succeeded.split(), *job.failed.split()} <= known
    assert isinstance(find_target(f"arn:aws:states:::{name}.sync"), StartedJob)


def test_a_place_that_is_not_there():
    assert place({"jobs": [{"a": 1}]}, "jobs.0.a") == 1
    assert place({"jobs": []}, "jobs.0.a") is None
    assert place({"jobs": "text"}, "jobs.0.a") is None
    assert place({"whole": 1}, "") == {"whole": 1}


# ---------------------------------------------------------------- one question


def test_a_job_that_runs_goes_on_and_one_that_ended_is_shown_as_the_sdk_v1_does():
    run = {"JobName": "nightly", "Id": "jr_1", "JobRunState": "RUNNING"}
    outcome, sent = asked(GLUE, {"get_job_run": [{"JobRun": run}]}, {"JobName": "nightly"}, {"JobRunId": "jr_1"})
    assert outcome == TaskGoesOn()
    assert sent == [("get_job_run", {"JobName": "nightly", "RunId": "jr_1"})]
    done = {**run, "JobRunState": "SUCCEEDED", "StartedOn": dt.datetime(2024, 1, 1, tzinfo=dt.UTC)}
    outcome, _ = asked(GLUE, {"get_job_run": [{"JobRun": done}]}, {"JobName": "nightly"}, {"JobRunId": "jr_1"})
    assert outcome == TaskSucceeded({**done, "StartedOn": 1704067200000})


def test_a_job_that_failed_is_a_task_failed_with_the_job_as_its_cause():
    run = {"Id": "jr_1", "JobRunState": "FAILED", "ErrorMessage": "out of memory"}
    outcome, _ = asked(GLUE, {"get_job_run": [{"JobRun": run}]}, {"JobName": "nightly"}, {"JobRunId": "jr_1"})
    assert (outcome.error, json.loads(outcome.cause), outcome.definite) == ("States.TaskFailed", run, True)


@pytest.mark.parametrize("trouble", [
    error("ThrottlingException", 400), error("InternalServiceException", 500), error("TooManyRequestsException", 429),
    EndpointConnectionError(endpoint_url="https://glue"),
])
def test_a_service_that_does_not_serve_says_nothing_about_the_job(trouble):
    outcome, _ = asked(GLUE, {"get_job_run": [trouble]}, {"JobName": "nightly"}, {"JobRunId": "jr_1"})
    assert outcome == TaskGoesOn()


def test_who_may_not_ask_fails():
    refusal = error("AccessDeniedException", 400)
    outcome, _ = asked(GLUE, {"get_job_run": [refusal]}, {"JobName": "nightly"}, {"JobRunId": "jr_1"})
    assert isinstance(outcome, TaskFailed)
    assert outcome.error.startswith("Glue.")
    assert outcome.definite


@pytest.mark.parametrize(("containers", "expected"), [
    ([{"exitCode": 0}, {"exitCode": 0}], TaskSucceeded), ([{"exitCode": 0}, {"exitCode": 1}], TaskFailed),
    ([{}], TaskFailed), ([], TaskFailed),
])
def test_an_ecs_task_ends_as_its_containers_did(containers, expected):
    task = {"taskArn": "t-1", "lastStatus": "STOPPED", "containers": containers}
    outcome, sent = asked(
        "arn:aws:states:::ecs:runTask.sync", {"describe_tasks": [{"tasks": [task]}]}, {"Cluster": "c"},
        {"Tasks": [{"TaskArn": "t-1"}]},
    )
    assert isinstance(outcome, expected)
    assert sent == [("describe_tasks", {"cluster": "c", "tasks": ["t-1"]})]


def test_a_deletion_is_over_when_nothing_is_found():
    gone, _ = asked(
        "arn:aws:states:::eks:deleteCluster.sync", {"describe_cluster": [error("ResourceNotFoundException", 404)]},
        {"Name": "c"}, {"Cluster": {}},
    )
    assert gone == TaskSucceeded({})


def test_a_job_is_stopped_by_what_its_start_answered():
    outcome, sent = asked(
        "arn:aws:states:::batch:submitJob.sync", {"terminate_job": [{}]}, {}, {"JobId": "j-1"}, stops_job=True
    )
    assert outcome == TaskSucceeded(None)
    assert sent == [("terminate_job", {"jobId": "j-1", "reason": "The execution that waited for it has ended."})]
    outcome, sent = asked("arn:aws:states:::eks:createCluster.sync", {}, {"Name": "c"}, {"x": 1}, stops_job=True)
    assert (outcome.error, sent) == ("States.TaskFailed", [])


def test_a_step_of_emr_is_one_where_the_api_takes_many():
    clients = Scripted(add_job_flow_steps=[{"StepIds": ["s-1"]}])
    step = {"Name": "count", "HadoopJarStep": {"Jar": "count.jar"}}
    outcome = AwsTasks(clients).call(make_call(
        "arn:aws:states:::elasticmapreduce:addStep.sync", {"ClusterId": "j-1", "Step": step}
    ))
    assert outcome.output["StepId"] == "s-1"
    assert clients.sent == [("add_job_flow_steps", {"JobFlowId": "j-1", "Steps": [step]})]


def test_a_build_is_started_once_however_often_it_is_asked_for():
    clients = Scripted(start_build=[{"build": {"id": "b-1"}}])
    call = make_call("arn:aws:states:::codebuild:startBuild.sync", {"ProjectName": "site"})
    AwsTasks(clients).call(call)
    AwsTasks(clients).call(call)
    first, second = (params["idempotencyToken"] for _, params in clients.sent)
    assert first == second


@pytest.mark.parametrize(("resource", "shown"), [
    ("arn:aws:states:::states:startExecution.sync", '{"n":1}'),
    ("arn:aws:states:::states:startExecution.sync:2", {"n": 1}),
])
def test_an_execution_in_aws_is_waited_for(resource, shown):
    answer = {"executionArn": "e-1", "status": "SUCCEEDED", "output": '{"n":1}'}
    outcome, _ = asked(resource, {"describe_execution": [answer]}, {}, {"ExecutionArn": "e-1"})
    assert outcome.output["Output"] == shown


def test_off_until_a_profile_is_named():
    assert "AUTOMATE_AWS_PROFILE" in AwsTasks(None).policy(GLUE).problem


# ---------------------------------------------------------------- a whole task


def waits(**more):
    return {"StartAt": "Job", "States": {"Job": {
        "Type": "Task", "Resource": GLUE, "Parameters": {"JobName": "nightly"}, "End": True, **more}}}


def runs(*states):
    return [{"JobRun": {"Id": "jr_1", "JobRunState": state}} for state in states]


def test_a_durable_task_asks_less_and_less_often_and_ends_with_the_job():
    clients = Scripted(start_job_run=[{"JobRunId": "jr_1"}], get_job_run=runs(*["RUNNING"] * 12, "SUCCEEDED"))
    product = Product(waits(), AwsTasks(clients))
    key = product.start({})
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.output["JobRunState"]) == ("SUCCEEDED", "SUCCEEDED")
    assert product.events(key)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    assert [name for name, _ in clients.sent] == ["start_job_run"] + ["get_job_run"] * 13
    assert 60 <= execution.ended_at - execution.started_at <= 400


def test_a_stop_and_a_time_out_stop_the_job():
    for more, ended in (({}, "ABORTED"), ({"TimeoutSeconds": 60}, "FAILED")):
        clients = Scripted(
            start_job_run=[{"JobRunId": "jr_1"}], get_job_run=runs("RUNNING"), batch_stop_job_run=[{}]
        )
        product = Product(waits(**more), AwsTasks(clients))
        key = product.start({})
        product.run(key)
        if not more:
            product.executions.stop(key, actor=TESTER)
        product.drain()
        assert product.describe(key).status == ended
        assert ("batch_stop_job_run", {"JobName": "nightly", "JobRunIds": ["jr_1"]}) in clients.sent


def test_a_job_of_a_cancelled_branch_is_stopped_while_the_execution_goes_on():
    branch = {"StartAt": "Fail", "States": {"Fail": {"Type": "Wait", "Seconds": 2, "Next": "No"},
                                            "No": {"Type": "Fail", "Error": "No"}}}
    definition = {"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Branches": [waits(), branch], "Next": "Rest",
                 "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Rest"}]},
        "Rest": {"Type": "Wait", "Seconds": 30, "End": True},
    }}
    clients = Scripted(start_job_run=[{"JobRunId": "jr_1"}], get_job_run=runs("RUNNING"), batch_stop_job_run=[{}])
    product = Product(definition, AwsTasks(clients))
    key = product.start({})
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert [name for name, _ in clients.sent].count("batch_stop_job_run") == 1


def test_a_worker_that_dies_while_it_asks_is_followed_by_one_that_asks_again():
    class Died(BaseException):
        pass

    def get_job_run(**_):
        raise Died

    clients = Scripted(start_job_run=[{"JobRunId": "jr_1"}], get_job_run=runs("SUCCEEDED"))
    product = Product(waits(TimeoutSeconds=3600), AwsTasks(clients))
    key = product.start({})
    product.run(key)
    product.clock.sleep(6)
    clients.get_job_run = get_job_run
    with pytest.raises(Died):
        product.run(key)
    del clients.get_job_run
    product.clock.sleep(400)
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert [name for name, _ in clients.sent] == ["start_job_run", "get_job_run"]


def test_simulate_waits_for_a_real_job_on_virtual_time():
    clients = Scripted(start_job_run=[{"JobRunId": "jr_1"}], get_job_run=runs("RUNNING", "RUNNING", "FAILED"))
    result = simulate(waits(), {}, tasks=AwsTasks(clients))
    assert (result.status, result.error) == ("FAILED", "States.TaskFailed")


def test_a_query_of_athena_over_moto(aws, clients, client_of):
    client_of("athena").create_work_group(
        Name="team", Configuration={"ResultConfiguration": {"OutputLocation": "s3://results/"}}
    )
    arguments = {"QueryString": "SELECT 1", "WorkGroup": "team",
                 "ResultConfiguration": {"OutputLocation": "s3://results/"}}
    definition = {"StartAt": "Query", "States": {"Query": {
        "Type": "Task", "Resource": "arn:aws:states:::athena:startQueryExecution.sync", "Parameters": arguments,
        "End": True}}}
    product = Product(definition, aws)
    key = product.start({})
    product.drain()
    execution = product.describe(key)
    assert execution.status == "SUCCEEDED", execution.cause
    assert execution.output["QueryExecution"]["Status"]["State"] == "SUCCEEDED"
