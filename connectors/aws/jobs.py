"""Jobs of AWS services that a Task starts and waits for (``.sync``): how each is asked about, ends and is stopped.

    TABLE    "glue:startJobRun"  ─► Job(describe, its parameters, where the status stands, which statuses end it, stop)

Places are dotted: ``answer.JobRunId`` is in what the start answered, ``given.JobName`` in the Task's arguments, and in
what a describe call answers ``jobs.0.status`` is read as the API spells it. A value in a list stands in brackets.

A job that failed is a States.TaskFailed whose cause is what the describe call answered, as JSON. Times in results are
milliseconds since the epoch, as the SDK v1 has them. Sources: the developer guide, "Integrating services" (Run a Job)
for each service, and the services' API references for the statuses.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from connectors.aws.clients import Clients
from connectors.aws.dialects import Dialect
from connectors.aws.failures import THROTTLED, service_failure
from connectors.aws.refusals import without_secrets
from connectors.aws.shapes import json_or_text, result
from engine.adapters.aws.service_models import service_model
from engine.language.expr.java_text import json_text
from engine.ports.tasks import TaskCall, TaskFailed, TaskGoesOn, TaskOutcome, TaskSucceeded
from engine.records import dataclass

Json = Any

_LOG = logging.getLogger(__name__)

TASK_FAILED = "States.TaskFailed"
_REASON = "The execution that waited for it has ended."


@dataclass(frozen=True, slots=True)
class Job:
    """How a kind of job is asked about. `asks` and `stops` map the parameters of the operations `describe` and `stop`
    to places. `shown` is the part of the answer that is the task's result; `under` puts it into an object of its own.
    `gone`: a job that is not found any more has succeeded (deletions). `verdict` decides instead of the statuses."""

    describe: str
    asks: Mapping[str, str]
    status: str
    succeeded: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    shown: str = ""
    under: str = ""
    stop: str = ""
    stops: Mapping[str, str] = field(default_factory=dict)
    gone: bool = False
    verdict: Callable[[dict[str, Any]], bool | None] | None = None

    def ended_well(self, answer: dict[str, Any]) -> bool | None:
        """True, False, or None while it runs."""
        if self.verdict is not None:
            return self.verdict(answer)
        status = place(answer, self.status)
        if status in self.succeeded:
            return True
        return False if status in self.failed else None


def place(value: Any, path: str) -> Any:
    """What stands at a dotted `path`; None where nothing does."""
    for name in path.split(".") if path else ():
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def ask(job: Job, service: str, call: TaskCall, clients: Clients, dialect: Dialect) -> TaskOutcome:
    """How the job of `call` stands. A service that does not serve leaves it as it is: it is asked again."""
    from botocore import xform_name  # noqa: PLC0415  botocore only for those who use it
    from botocore.exceptions import ClientError  # noqa: PLC0415

    model = service_model(service)
    try:
        client = clients.client(service, call.budget_seconds)
        answer: dict[str, Any] = getattr(client, xform_name(job.describe))(**_parameters(job.asks, call))
        answer = without_secrets(service, job.describe, answer)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if job.gone and "NotFound" in code:
            return TaskSucceeded({})
        if code in THROTTLED or status == 429 or not 400 <= status < 500:
            return TaskGoesOn()
        return service_failure(error, model, dialect)
    except Exception as error:  # noqa: BLE001  whatever a client raises says nothing about the job
        _LOG.warning("a job is asked about again: %s", error, extra={"execution": call.execution_id})
        return TaskGoesOn()
    well = job.ended_well(answer)
    if well is None:
        return TaskGoesOn()
    answered = result(model.operation_model(job.describe).output_shape, milliseconds(answer), dialect)
    output = _output(job, answered, dialect)
    if service == "stepfunctions":
        output = _parsed(output) if call.resource.endswith(".sync:2") and well else output
    return TaskSucceeded(output) if well else TaskFailed(TASK_FAILED, json_text(output))


def stop(job: Job, service: str, call: TaskCall, clients: Clients) -> TaskOutcome:
    """Stop the job, where its service can."""
    from botocore import xform_name  # noqa: PLC0415

    if not job.stop:
        return TaskFailed(TASK_FAILED, f"{call.resource} cannot be stopped")
    try:
        client = clients.client(service, call.budget_seconds)
        getattr(client, xform_name(job.stop))(**_parameters(job.stops, call))
    except Exception as error:  # noqa: BLE001  it may have ended by itself
        return TaskFailed(TASK_FAILED, str(error), definite=False)
    return TaskSucceeded(None)


def milliseconds(value: Any) -> Any:
    """A response with its times as milliseconds."""
    match value:
        case dt.datetime():
            return int(value.timestamp() * 1000)
        case dict():
            return {name: milliseconds(item) for name, item in value.items()}
        case list():
            return [milliseconds(item) for item in value]
    return value


def _parameters(places: Mapping[str, str], call: TaskCall) -> dict[str, Any]:
    known = {"answer": call.job, "given": call.arguments}
    found: dict[str, Any] = {}
    for name, written in places.items():
        if written.startswith("["):
            found[name] = [place(known, written[1:-1])]
        elif written.startswith("="):
            found[name] = written[1:]
        else:
            found[name] = place(known, written)
    return {name: value for name, value in found.items() if value is not None}


def _output(job: Job, shown: dict[str, Json], dialect: Dialect) -> Json:
    path = ".".join(part if part.isdecimal() else dialect.member(part) for part in job.shown.split(".") if part)
    part = place(shown, path) or {}
    return {job.under: part} if job.under else part


def _parsed(output: dict[str, Json]) -> dict[str, Json]:
    """``.sync:2``: Input and Output as values."""
    texts = {name: json_or_text(output[name]) for name in ("Input", "Output") if isinstance(output.get(name), str)}
    return {**output, **texts}


def _containers(answer: dict[str, Any]) -> bool | None:
    """An ECS task has ended well when every container did; one that never ran has no exit code."""
    task = place(answer, "tasks.0") or {}
    if task.get("lastStatus") != "STOPPED":
        return None
    codes = [container.get("exitCode") for container in task.get("containers", ())]
    return bool(codes) and all(code == 0 for code in codes)


def _sagemaker(kind: str) -> Job:
    """A job that its own name identifies."""
    asks = {f"{kind}Name": f"given.{kind}Name"}
    return Job(
        f"Describe{kind}", asks, f"{kind}Status", frozenset({"Completed"}), frozenset({"Failed", "Stopped"}),
        stop=f"Stop{kind}", stops=asks,
    )


def _eks(kind: str, member: str, failed: set[str], *, gone: bool = False, named: str = "") -> Job:
    """A cluster or a part of one: made until it is ACTIVE, deleted until it is not found."""
    asks = {"name": "given.Name"}
    if named:
        asks = {"clusterName": "given.ClusterName", named: f"given.{_upper(named)}"}
    return Job(
        f"Describe{kind}", asks, f"{member}.status", frozenset() if gone else frozenset({"ACTIVE"}),
        frozenset(failed), gone=gone,
    )


def _application(*, status: str, place_of_id: str = "given.ApplicationId") -> Job:
    """An application of EMR Serverless on its way to `status`."""
    return Job(
        "GetApplication", {"applicationId": place_of_id}, "application.state", frozenset({status}),
        frozenset({"TERMINATED"} - {status}),
    )


def _build(describe: str, ids: str, member: str, status: str, stop_by: str) -> Job:
    name = _upper(member.removesuffix("s") if member == "builds" else "buildBatch")
    return Job(
        describe, {"ids": f"[{ids}]"}, f"{member}.0.{status}", frozenset({"SUCCEEDED"}),
        frozenset({"FAILED", "FAULT", "TIMED_OUT", "STOPPED"}), shown=f"{member}.0", under=name, stop=stop_by,
        stops={"id": ids},
    )


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]


_BUILD_BATCH = _build(
    "BatchGetBuildBatches", "answer.BuildBatch.Id", "buildBatches", "buildBatchStatus", "StopBuildBatch"
)
_PART_FAILED = {"CREATE_FAILED", "DELETE_FAILED"}
_TERMINATED = frozenset({"TERMINATED", "TERMINATED_WITH_ERRORS"})

TABLE: dict[str, Job] = {
    "athena:startQueryExecution": Job(
        "GetQueryExecution", {"QueryExecutionId": "answer.QueryExecutionId"}, "QueryExecution.Status.State",
        frozenset({"SUCCEEDED"}), frozenset({"FAILED", "CANCELLED"}), stop="StopQueryExecution",
        stops={"QueryExecutionId": "answer.QueryExecutionId"},
    ),
    "batch:submitJob": Job(
        "DescribeJobs", {"jobs": "[answer.JobId]"}, "jobs.0.status", frozenset({"SUCCEEDED"}), frozenset({"FAILED"}),
        shown="jobs.0", stop="TerminateJob", stops={"jobId": "answer.JobId", "reason": f"={_REASON}"},
    ),
    "bedrock:createModelCustomizationJob": Job(
        "GetModelCustomizationJob", {"jobIdentifier": "answer.JobArn"}, "status", frozenset({"Completed"}),
        frozenset({"Failed", "Stopped"}), stop="StopModelCustomizationJob", stops={"jobIdentifier": "answer.JobArn"},
    ),
    "codebuild:startBuild": _build("BatchGetBuilds", "answer.Build.Id", "builds", "buildStatus", "StopBuild"),
    "codebuild:startBuildBatch": _BUILD_BATCH,
    "codebuild:retryBuildBatch": _BUILD_BATCH,
    "databrew:startJobRun": Job(
        "DescribeJobRun", {"Name": "given.Name", "RunId": "answer.RunId"}, "State", frozenset({"SUCCEEDED"}),
        frozenset({"FAILED", "STOPPED", "TIMEOUT"}), stop="StopJobRun",
        stops={"Name": "given.Name", "RunId": "answer.RunId"},
    ),
    "ecs:runTask": Job(
        "DescribeTasks", {"cluster": "given.Cluster", "tasks": "[answer.Tasks.0.TaskArn]"}, "tasks.0.lastStatus",
        shown="tasks.0", stop="StopTask",
        stops={"cluster": "given.Cluster", "task": "answer.Tasks.0.TaskArn", "reason": f"={_REASON}"},
        verdict=_containers,
    ),
    "eks:createCluster": _eks("Cluster", "cluster", {"FAILED"}),
    "eks:deleteCluster": _eks("Cluster", "cluster", {"FAILED"}, gone=True),
    "eks:createFargateProfile": _eks("FargateProfile", "fargateProfile", _PART_FAILED, named="fargateProfileName"),
    "eks:deleteFargateProfile": _eks(
        "FargateProfile", "fargateProfile", _PART_FAILED, named="fargateProfileName", gone=True
    ),
    "eks:createNodegroup": _eks("Nodegroup", "nodegroup", {*_PART_FAILED, "DEGRADED"}, named="nodegroupName"),
    "eks:deleteNodegroup": _eks(
        "Nodegroup", "nodegroup", {*_PART_FAILED, "DEGRADED"}, named="nodegroupName", gone=True
    ),
    "elasticmapreduce:addStep": Job(
        "DescribeStep", {"ClusterId": "given.ClusterId", "StepId": "answer.StepId"}, "Step.Status.State",
        frozenset({"COMPLETED"}), frozenset({"FAILED", "CANCELLED", "INTERRUPTED"}), stop="CancelSteps",
        stops={"ClusterId": "given.ClusterId", "StepIds": "[answer.StepId]"},
    ),
    "elasticmapreduce:createCluster": Job(
        "DescribeCluster", {"ClusterId": "answer.ClusterId"}, "Cluster.Status.State",
        frozenset({"RUNNING", "WAITING"}), _TERMINATED, stop="TerminateJobFlows",
        stops={"JobFlowIds": "[answer.ClusterId]"},
    ),
    "elasticmapreduce:terminateCluster": Job(
        "DescribeCluster", {"ClusterId": "given.ClusterId"}, "Cluster.Status.State", _TERMINATED,
    ),
    "emr-containers:deleteVirtualCluster": Job(
        "DescribeVirtualCluster", {"id": "given.Id"}, "virtualCluster.state", frozenset({"TERMINATED"}),
        frozenset({"ARRESTED"}),
    ),
    "emr-containers:startJobRun": Job(
        "DescribeJobRun", {"id": "answer.Id", "virtualClusterId": "given.VirtualClusterId"}, "jobRun.state",
        frozenset({"COMPLETED"}), frozenset({"FAILED", "CANCELLED"}), shown="jobRun", stop="CancelJobRun",
        stops={"id": "answer.Id", "virtualClusterId": "given.VirtualClusterId"},
    ),
    "emr-serverless:createApplication": _application(status="CREATED", place_of_id="answer.ApplicationId"),
    "emr-serverless:startApplication": _application(status="STARTED"),
    "emr-serverless:stopApplication": _application(status="STOPPED"),
    "emr-serverless:deleteApplication": _application(status="TERMINATED"),
    "emr-serverless:startJobRun": Job(
        "GetJobRun", {"applicationId": "given.ApplicationId", "jobRunId": "answer.JobRunId"}, "jobRun.state",
        frozenset({"SUCCESS"}), frozenset({"FAILED", "CANCELLED"}), shown="jobRun", stop="CancelJobRun",
        stops={"applicationId": "given.ApplicationId", "jobRunId": "answer.JobRunId"},
    ),
    "emr-serverless:cancelJobRun": Job(
        "GetJobRun", {"applicationId": "given.ApplicationId", "jobRunId": "given.JobRunId"}, "jobRun.state",
        frozenset({"CANCELLED", "SUCCESS", "FAILED"}), shown="jobRun",
    ),
    "glue:startJobRun": Job(
        "GetJobRun", {"JobName": "given.JobName", "RunId": "answer.JobRunId"}, "JobRun.JobRunState",
        frozenset({"SUCCEEDED"}), frozenset({"FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"}), shown="JobRun",
        stop="BatchStopJobRun", stops={"JobName": "given.JobName", "JobRunIds": "[answer.JobRunId]"},
    ),
    "mediaconvert:createJob": Job(
        "GetJob", {"Id": "answer.Job.Id"}, "Job.Status", frozenset({"COMPLETE"}), frozenset({"ERROR", "CANCELED"}),
        stop="CancelJob", stops={"Id": "answer.Job.Id"},
    ),
    "sagemaker:createHyperParameterTuningJob": _sagemaker("HyperParameterTuningJob"),
    "sagemaker:createLabelingJob": _sagemaker("LabelingJob"),
    "sagemaker:createProcessingJob": _sagemaker("ProcessingJob"),
    "sagemaker:createTrainingJob": _sagemaker("TrainingJob"),
    "sagemaker:createTransformJob": _sagemaker("TransformJob"),
    "states:startExecution": Job(
        "DescribeExecution", {"executionArn": "answer.ExecutionArn"}, "status", frozenset({"SUCCEEDED"}),
        frozenset({"FAILED", "TIMED_OUT", "ABORTED"}), stop="StopExecution",
        stops={"executionArn": "answer.ExecutionArn", "cause": f"={_REASON}"},
    ),
}
"""``service:action`` as a Resource has them."""
