import pytest

from connectors.routing import LateTasks, RoutedTasks
from engine.ports.tasks import TaskCall, TaskPolicy, TaskSucceeded


class Named:
    def __init__(self, name):
        self.name = name

    def policy(self, resource, _pin=None):
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
    assert routed.policy(resource).problem == name
    assert routed.call(call_of(resource)).output == name


def call_of(resource):
    return TaskCall(
        resource=resource, arguments={}, workspace="w", execution_id="w:1", workflow="w", version=1, state="S",
        attempt=0, idempotency_key="k", budget_seconds=5.0,
    )


def test_what_is_made_late_is_made_once_and_only_when_asked():
    made = []

    def make():
        made.append(Named("aws"))
        return made[-1]

    routed = RoutedTasks(Named("connectors"), LateTasks(make))
    assert routed.policy("connector:http:request").problem == "connectors"
    assert made == []
    assert routed.policy("arn:aws:states:::sqs:sendMessage").problem == "aws"
    assert routed.call(call_of("arn:aws:states:::sqs:sendMessage")).output == "aws"
    assert len(made) == 1


def test_what_could_not_be_made_is_made_again():
    answers = [OSError("not yet"), Named("aws")]

    def make():
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    late = LateTasks(make)
    with pytest.raises(OSError, match="not yet"):
        late.policy("arn:x")
    assert late.policy("arn:x").problem == "aws"
