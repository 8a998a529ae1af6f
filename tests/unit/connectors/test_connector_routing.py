import pytest

from connectors.routing import RoutedTasks
from engine.ports.tasks import TaskCall, TaskPolicy, TaskSucceeded


class Named:
    def __init__(self, name):
        self.name = name

    def policy(self, resource):
        return TaskPolicy(problem=self.name)

    def call(self, call):
        return TaskSucceeded(self.name)


@pytest.mark.parametrize(("resource", "name"), [
    ("connector:http:request", "connectors"),
    ("arn:aws:states:::sqs:sendMessage", "aws"),
    ("arn:aws-cn:lambda:cn-north-1:111111111111:function:f", "aws"),
    ("nonsense", "connectors"),
])
def test_a_resource_goes_to_the_one_concerned(resource, name):
    routed = RoutedTasks(Named("connectors"), Named("aws"))
    call = TaskCall(
        resource=resource, arguments={}, workspace="w", execution_id="w:1", workflow="w", version=1, state="S",
        attempt=0, idempotency_key="k", budget_seconds=5.0,
    )
    assert routed.policy(resource).problem == name
    assert routed.call(call).output == name
