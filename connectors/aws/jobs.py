"""Jobs of AWS services that a Task starts and waits for (``.sync``): how each is asked about, ends and is stopped.

    TABLE    "glue:startJobRun"  ─► Job(describe, places, where the status stands, which statuses end it, stop)

Places are dotted: ``answer.JobRunId`` is in what the start answered, ``given.JobName`` in the Task's arguments, and in
what a describe call answers ``jobs.0.status`` is read as the API spells it. An operation takes those parameters of a
job that its own model knows, a value in a list where the model has a list.

A job that failed is a States.TaskFailed whose cause is what the describe call answered, as JSON. Times in results are
milliseconds since the epoch, as the SDK v1 has them. Sources: the developer guide, "Integrating services" (Run a Job)
for each service, and the services' API references for the statuses.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from connectors.aws.clients import Clients
from connectors.aws.dialects import Dialect
from connectors.aws.failures import THROTTLED, service_failure
from connectors.aws.refusals import without_secrets
from connectors.aws.shapes import json_or_text, result
from engine.adapters.aws.service_models import service_model
from engine.language.expr.java_text import json_text
from engine.ports.tasks import TaskCall, TaskFailed, TaskGoesOn, TaskOutcome, TaskSucceeded
from engine.records import dataclass
from engine.values import mapped

if TYPE_CHECKING:
    from botocore.model import OperationModel

Json = Any

_LOG = logging.getLogger(__name__)

TASK_FAILED = "States.TaskFailed"
_REASON = "The execution that waited for it has ended."


@dataclass(frozen=True, slots=True)
class Job:
    """How a kind of job is asked about. `places` maps the parameters of the operations `describe` and `stop` to places;
    `succeeded` and `failed` are statuses, in words. `shown` is the part of the answer that is the task's result;
    `under` puts it into an object of its own. `gone`: a job that is not found any more has succeeded (deletions).
    `verdict` decides instead of the statuses."""

    describe: str
    places: Mapping[str, str]
    status: str
    succeeded: str = ""
    failed: str = ""
    shown: str = ""
    under: str = ""
    stop: str = ""
    gone: bool = False
    verdict: Callable[[dict[str, Any]], bool | None] | None = None

    def ended_well(self, answer: dict[str, Any]) -> bool | None:
        """True, False, or None while it runs."""
        if self.verdict is not None:
            return self.verdict(answer)
        status = place(answer, self.status)
        if status in self.succeeded.split():
            return True
        return False if status in self.failed.split() else None


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
        parameters = _parameters(job, model.operation_model(job.describe), call)
        answer: dict[str, Any] = getattr(client, xform_name(job.describe))(**parameters)
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
        parameters = _parameters(job, service_model(service).operation_model(job.stop), call)
        getattr(client, xform_name(job.stop))(**parameters)
    except Exception as error:  # noqa: BLE001  it may have ended by itself
        return TaskFailed(TASK_FAILED, str(error), definite=False)
    return TaskSucceeded(None)


def milliseconds(response: Any) -> Any:
    """A response with its times as milliseconds."""
    return mapped(response, lambda item: int(item.timestamp() * 1000) if isinstance(item, dt.datetime) else item)


def _parameters(job: Job, operation: OperationModel, call: TaskCall) -> dict[str, Any]:
    """The parameters that `operation` knows, as far as there is something at their places."""
    known = {"answer": call.job, "given": call.arguments, "reason": _REASON}
    members = operation.input_shape.members if operation.input_shape else {}
    found: dict[str, Any] = {}
    for name in members.keys() & job.places.keys():
        value = place(known, job.places[name])
        found[name] = [value] if members[name].type_name == "list" else value
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
    places = {f"{kind}Name": f"given.{kind}Name"}
    return Job(f"Describe{kind}", places, f"{kind}Status", "Completed", "Failed Stopped", stop=f"Stop{kind}")


def _eks(kind: str, failed: str, *, gone: bool = False) -> Job:
    """A cluster or a part of one: made until it is ACTIVE, deleted until it is not found."""
    member = kind[:1].lower() + kind[1:]
    places = {"name": "given.Name"}
    if kind != "Cluster":
        places = {"clusterName": "given.ClusterName", f"{member}Name": f"given.{kind}Name"}
    return Job(f"Describe{kind}", places, f"{member}.status", "" if gone else "ACTIVE", failed, gone=gone)


def _application(*, status: str, failed: str = "TERMINATED", place_of_id: str = "given.ApplicationId") -> Job:
    """An application of EMR Serverless on its way to `status`."""
    return Job("GetApplication", {"applicationId": place_of_id}, "application.state", status, failed)


def _build(describe: str, place_of_id: str, shown: str, status: str, under: str, stop_by: str) -> Job:
    """A build of CodeBuild, or a batch of them."""
    places = {"ids": place_of_id, "id": place_of_id}
    failed = "FAILED FAULT TIMED_OUT STOPPED"
    return Job(describe, places, f"{shown}.{status}", "SUCCEEDED", failed, shown=shown, under=under, stop=stop_by)


_BUILD_BATCH = _build(
    "BatchGetBuildBatches", "answer.BuildBatch.Id", "buildBatches.0", "buildBatchStatus", "BuildBatch",
    "StopBuildBatch",
)
_PART_FAILED = "CREATE_FAILED DELETE_FAILED"
_TERMINATED = "TERMINATED TERMINATED_WITH_ERRORS"

TABLE: dict[str, Job] = {
    "athena:startQueryExecution": Job(
        "GetQueryExecution", {"QueryExecutionId": "answer.QueryExecutionId"}, "QueryExecution.Status.State",
        "SUCCEEDED", "FAILED CANCELLED", stop="StopQueryExecution",
    ),
    "batch:submitJob": Job(
        "DescribeJobs", {"jobs": "answer.JobId", "jobId": "answer.JobId", "reason": "reason"}, "jobs.0.status",
        "SUCCEEDED", "FAILED", shown="jobs.0", stop="TerminateJob",
    ),
    "bedrock:createModelCustomizationJob": Job(
        "GetModelCustomizationJob", {"jobIdentifier": "answer.JobArn"}, "status", "Completed", "Failed Stopped",
        stop="StopModelCustomizationJob",
    ),
    "codebuild:startBuild": _build(
        "BatchGetBuilds", "answer.Build.Id", "builds.0", "buildStatus", "Build", "StopBuild"
    ),
    "codebuild:startBuildBatch": _BUILD_BATCH,
    "codebuild:retryBuildBatch": _BUILD_BATCH,
    "databrew:startJobRun": Job(
        "DescribeJobRun", {"Name": "given.Name", "RunId": "answer.RunId"}, "State", "SUCCEEDED",
        "FAILED STOPPED TIMEOUT", stop="StopJobRun",
    ),
    "ecs:runTask": Job(
        "DescribeTasks",
        {
            "cluster": "given.Cluster", "tasks": "answer.Tasks.0.TaskArn", "task": "answer.Tasks.0.TaskArn",
            "reason": "reason",
        },
        "tasks.0.lastStatus", shown="tasks.0", stop="StopTask", verdict=_containers,
    ),
    "eks:createCluster": _eks("Cluster", "FAILED"),
    "eks:deleteCluster": _eks("Cluster", "FAILED", gone=True),
    "eks:createFargateProfile": _eks("FargateProfile", _PART_FAILED),
    "eks:deleteFargateProfile": _eks("FargateProfile", _PART_FAILED, gone=True),
    "eks:createNodegroup": _eks("Nodegroup", f"{_PART_FAILED} DEGRADED"),
    "eks:deleteNodegroup": _eks("Nodegroup", f"{_PART_FAILED} DEGRADED", gone=True),
    "elasticmapreduce:addStep": Job(
        "DescribeStep", {"ClusterId": "given.ClusterId", "StepId": "answer.StepId", "StepIds": "answer.StepId"},
        "Step.Status.State", "COMPLETED", "FAILED CANCELLED INTERRUPTED", stop="CancelSteps",
    ),
    "elasticmapreduce:createCluster": Job(
        "DescribeCluster", {"ClusterId": "answer.ClusterId", "JobFlowIds": "answer.ClusterId"},
        "Cluster.Status.State", "RUNNING WAITING", _TERMINATED, stop="TerminateJobFlows",
    ),
    "elasticmapreduce:terminateCluster": Job(
        "DescribeCluster", {"ClusterId": "given.ClusterId"}, "Cluster.Status.State", _TERMINATED
    ),
    "emr-containers:deleteVirtualCluster": Job(
        "DescribeVirtualCluster", {"id": "given.Id"}, "virtualCluster.state", "TERMINATED", "ARRESTED"
    ),
    "emr-containers:startJobRun": Job(
        "DescribeJobRun", {"id": "answer.Id", "virtualClusterId": "given.VirtualClusterId"}, "jobRun.state",
        "COMPLETED", "FAILED CANCELLED", shown="jobRun", stop="CancelJobRun",
    ),
    "emr-serverless:createApplication": _application(status="CREATED", place_of_id="answer.ApplicationId"),
    "emr-serverless:startApplication": _application(status="STARTED"),
    "emr-serverless:stopApplication": _application(status="STOPPED"),
    "emr-serverless:deleteApplication": _application(status="TERMINATED", failed=""),
    "emr-serverless:startJobRun": Job(
        "GetJobRun", {"applicationId": "given.ApplicationId", "jobRunId": "answer.JobRunId"}, "jobRun.state",
        "SUCCESS", "FAILED CANCELLED", shown="jobRun", stop="CancelJobRun",
    ),
    "emr-serverless:cancelJobRun": Job(
        "GetJobRun", {"applicationId": "given.ApplicationId", "jobRunId": "given.JobRunId"}, "jobRun.state",
        "CANCELLED SUCCESS FAILED", shown="jobRun",
    ),
    "glue:startJobRun": Job(
        "GetJobRun", {"JobName": "given.JobName", "RunId": "answer.JobRunId", "JobRunIds": "answer.JobRunId"},
        "JobRun.JobRunState", "SUCCEEDED", "FAILED STOPPED TIMEOUT ERROR EXPIRED", shown="JobRun",
        stop="BatchStopJobRun",
    ),
    "mediaconvert:createJob": Job(
        "GetJob", {"Id": "answer.Job.Id"}, "Job.Status", "COMPLETE", "ERROR CANCELED", stop="CancelJob"
    ),
    "sagemaker:createHyperParameterTuningJob": _sagemaker("HyperParameterTuningJob"),
    "sagemaker:createLabelingJob": _sagemaker("LabelingJob"),
    "sagemaker:createProcessingJob": _sagemaker("ProcessingJob"),
    "sagemaker:createTrainingJob": _sagemaker("TrainingJob"),
    "sagemaker:createTransformJob": _sagemaker("TransformJob"),
    "states:startExecution": Job(
        "DescribeExecution", {"executionArn": "answer.ExecutionArn", "cause": "reason"}, "status", "SUCCEEDED",
        "FAILED TIMED_OUT ABORTED", stop="StopExecution",
    ),
}
"""``service:action`` as a Resource has them."""
