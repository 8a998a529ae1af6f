"""Roles that an admin assigns to workflows: named for them, assumed for their calls alone."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from connectors.aws.roles import LONGEST_ROLE_NAME, AssignedRoles, RoleRefused, role_name
from connectors.aws.tasks import AwsTasks
from engine.clock import SystemClock

OWN = "arn:aws:iam::123456789012:role/automate-prod-task-pay"


class Sts:
    """As much of STS as is asked. `there` are the roles that trust the worker."""

    def __init__(self, there):
        self.there = there
        self.assumed = []

    def get_caller_identity(self):
        return {"Arn": "arn:aws:sts::123456789012:assumed-role/automate-prod-worker/f"}

    def assume_role(self, **request):
        self.assumed.append(request)
        if request["RoleArn"] not in self.there:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "AssumeRole")
        until = datetime.fromtimestamp(SystemClock().now() + 3600, UTC)
        return {"Credentials": {
            "AccessKeyId": f"key-of-{request['RoleArn'][-3:]}", "SecretAccessKey": "s", "SessionToken": "t",
            "Expiration": until,
        }}


@pytest.fixture
def roles():
    """Makes AssignedRoles over an STS that knows these roles; `.sts` notes what was asked."""
    def make(*there):
        from botocore.credentials import Credentials  # noqa: PLC0415
        from botocore.session import Session  # noqa: PLC0415

        sts = Sts(there)

        def session():
            made = Session()
            made._credentials = Credentials("worker", "secret")
            real = made.create_client
            made.create_client = lambda service, **given: sts if service == "sts" else real(service, **given)
            return made

        found = AssignedRoles("prod", session=session)
        found.sts = sts
        return found

    return make


def test_calls_are_made_under_the_role_that_is_named_for_the_workflow(roles):
    found = roles(OWN)
    assert found("pay", None).credentials().access_key == "key-of-pay"
    assert found("pay", {"RoleArn": OWN}) is found("pay", None)
    assert [(asked["RoleArn"], asked["RoleSessionName"]) for asked in found.sts.assumed] == [(OWN, "automate-pay")]


def test_without_a_role_nothing_is_called_and_the_next_call_asks_again(roles):
    found = roles()
    for _ in range(2):
        with pytest.raises(RoleRefused, match="automate-prod-task-pay is not there, or does not trust the worker"):
            found("pay", None)
    assert len(found.sts.assumed) == 2


def test_credentials_may_name_another_role_of_the_same_workflow(roles):
    found = roles(f"{OWN}.eu")
    assert found("pay", {"RoleArn": f"{OWN}.eu"}).credentials().access_key == "key-of-.eu"


@pytest.mark.parametrize("asked", [
    {"RoleArn": "arn:aws:iam::123456789012:role/automate-prod-task-payroll"},
    {"RoleArn": "arn:aws:iam::123456789012:role/Admin"},
    {"RoleArn": "arn:aws:iam::999999999999:role/automate-prod-task-pay"},
    {"RoleArn": ["x"]}, {}, "role",
])
def test_another_workflows_role_is_refused_before_sts_is_asked(roles, asked):
    found = roles(OWN)
    with pytest.raises(RoleRefused, match="may not use the role"):
        found("pay", asked)
    assert found.sts.assumed == []


def test_another_failure_of_sts_is_not_taken_for_a_missing_role(roles, monkeypatch):
    found = roles(OWN)
    throttled = ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "AssumeRole")

    def fail(**_):
        raise throttled

    monkeypatch.setattr(found.sts, "assume_role", fail)
    with pytest.raises(ClientError, match="slow down"):
        found("pay", None)


def test_names_fit_iam_and_differ():
    assert role_name("prod", "pay") == "automate-prod-task-pay"
    long = [role_name("prod", "w" * 70 + end) for end in "ab"]
    assert [len(name) for name in long] == [LONGEST_ROLE_NAME] * 2
    assert long[0] != long[1]
    assert all("." in name for name in long)


def test_a_deployment_offers_the_services_before_any_role_exists(roles):
    policy = AwsTasks(None, credentials_for=roles()).policy("arn:aws:states:::aws-sdk:dynamodb:getItem")
    assert policy.problem is None
