"""Where in an answer of AWS stands what the service calls what it did: the ledger of effects shows it."""

from __future__ import annotations

_FIELDS = {
    ("batch", "SubmitJob"): "JobId",
    ("codebuild", "StartBuild"): "Build.Arn", ("databrew", "StartJobRun"): "RunId",
    ("ecs", "RunTask"): "Tasks.0.TaskArn", ("emr-containers", "StartJobRun"): "Id",
    ("emr-serverless", "StartJobRun"): "JobRunId", ("events", "PutEvents"): "Entries.0.EventId",
    ("glue", "StartJobRun"): "JobRunId", ("sns", "Publish"): "MessageId", ("sqs", "SendMessage"): "MessageId",
    ("stepfunctions", "StartExecution"): "ExecutionArn",
}


def id_field(service: str, operation: str) -> str | None:
    """The field of the answer; None where it has none that is known."""
    return _FIELDS.get((service, operation))
