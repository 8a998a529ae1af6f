import pytest

from connectors.aws.clients import SessionClients, clients_of
from connectors.aws.tasks import AwsTasks
from engine.ports.tasks import TaskCall, TaskFailed, TaskPolicy
from engine.settings import Settings

ON = AwsTasks(SessionClients(region="eu-central-1"))
"""Nothing here is called: only asked about."""


@pytest.mark.parametrize("resource", [
    "arn:aws:lambda:eu-central-1:111111111111:function:charge",
    "arn:aws:lambda:eu-central-1:111111111111:function:charge:live",
    "arn:aws:states:::lambda:invoke",
    "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "arn:aws:states:::sqs:sendMessage",
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:states:::sns:publish",
    "arn:aws:states:::events:putEvents",
    "arn:aws:states:::dynamodb:updateItem",
    "arn:aws:states:::states:startExecution",
    "arn:aws:states:::apigateway:invoke",
    "arn:aws-cn:states:::aws-sdk:cloudwatchlogs:putRetentionPolicy",
    "arn:aws:states:::aws-sdk:sfn:startExecution",
    "arn:aws:states:::aws-sdk:elasticloadbalancingv2:describeLoadBalancers",
    "arn:aws:states:::aws-sdk:rds:describeDBInstances",
    "arn:aws:states:::aws-sdk:ssm:getParameter",
    "arn:aws:states:::s3:getObject",
])
def test_what_can_be_called_has_no_problem_and_may_be_repeated(resource):
    policy = ON.policy(resource)
    assert policy == TaskPolicy(problem=None, at_most_once=False, id_field=policy.id_field)


@pytest.mark.parametrize(("resource", "words"), [
    ("arn:aws:states:::aws-sdk:dynamodbb:putItem", "there is no AWS service dynamodbb. Did you mean dynamodb"),
    ("arn:aws:states:::aws-sdk:dynamodb:putitem", "has no action putitem. Did you mean putItem"),
    ("arn:aws:states:::aws-sdk:dynamodb:frobnicate", "the service dynamodb has no action frobnicate."),
    ("arn:aws:states:::sqs:sendMesage", "sqs has no action sendMesage. Did you mean sendMessage?"),
    ("arn:aws:states:::dynamodb:query", "Use arn:aws:states:::aws-sdk:dynamodb:query."),
    ("arn:aws:states:::bedrock:invokeModel", "optimised integration is not available"),
    ("arn:aws:states:::kinesis:putRecord", "no integration kinesis. Use arn:aws:states:::aws-sdk:kinesis:putRecord."),
    ("arn:aws:states:::aws-sdk:glue:startJobRun.sync", "an AWS SDK call cannot wait"),
    ("arn:aws:states:::glue:stopJobRun.sync", "Did you mean glue:startJobRun"),
    ("arn:aws:states:::sqs:sendMessage.sync", "there is no .sync of it"),
    ("arn:aws:states:::glue:startJobRun.sync:2", "there is no .sync:2 of it"),
    ("arn:aws:states:::sqs:sendMessage.later", "Only .waitForTaskToken may follow"),
    ("arn:aws:states:::http:invoke", "Use connector:http:request"),
    ("arn:aws:sqs:eu-central-1:111111111111:orders", "is not a resource that can be called"),
    ("arn:${AWS::Partition}:states:::dynamodb:putItem", "a placeholder that a SAM or CloudFormation template fills in"),
    ("arn:aws:states:::aws-sdk:kinesis:subscribeToShard", "streams events"),
    ("arn:aws:states:::aws-sdk:secretsmanager:getSecretValue", 'Name the secret in the step that needs it: {"$secret"'),
    ("arn:aws:states:::aws-sdk:secretsmanager:batchGetSecretValue", "answers with a secret"),
    ("arn:aws:states:::aws-sdk:sts:assumeRole", "answers with a secret"),
])
def test_a_problem_names_what_is_wrong_and_what_to_do(resource, words):
    problem = ON.policy(resource).problem
    assert words in problem
    assert problem.startswith(resource)


def test_aws_is_off_until_a_profile_or_a_region_is_named():
    off = AwsTasks(clients_of(Settings()))
    resource = "arn:aws:states:::sqs:sendMessage"
    assert "AUTOMATE_AWS_PROFILE" in off.policy(resource).problem
    call = TaskCall(
        resource=resource, arguments={}, workspace="w", execution_id="w:1", workflow="w", version=1, state="S",
        attempt=0, idempotency_key="k", budget_seconds=5.0,
    )
    assert off.call(call) == TaskFailed("Automate.ResourceNotAvailable", off.policy(resource).problem, retryable=False)
    assert clients_of(Settings(aws_profile="sandbox")) is not None
    assert clients_of(Settings(aws_region="eu-central-1")) is not None
