"""Who may use a secret: what a grant says, and of which connector a resource is."""

import pytest

from engine.governance.secret_grants import admits, command_of, hosts_for, parse_grant, user_of
from engine.ports.secrets import SecretGrant

GRANTS = (
    SecretGrant("orders", "http", "api.example.org"), SecretGrant("orders", "http", "*.example.net"),
    SecretGrant("*", "slack"), SecretGrant("nightly"),
)


@pytest.mark.parametrize(("resource", "user"), [
    ("connector:http:request", "http"), ("connector:slack:post.waitForTaskToken", "slack"),
    ("arn:aws:states:::lambda:invoke", "aws:lambda"), ("arn:aws:states:::lambda:invoke.waitForTaskToken", "aws:lambda"),
    ("arn:aws:states:::aws-sdk:s3:getObject", "aws:s3"), ("arn:aws-cn:states:::http:invoke", "aws:http"),
    ("arn:aws:lambda:eu-west-1:111122223333:function:pay", "aws:lambda"), ("file:read", "file"), ("", "*"),
])
def test_a_resource_belongs_to_a_connector_or_a_service(resource, user):
    assert user_of(resource) == user


@pytest.mark.parametrize(("workflow", "connector", "hosts"), [
    ("orders", "http", ("api.example.org", "*.example.net")), ("orders", "slack", ("*",)), ("orders", "email", ()),
    ("nightly", "email", ("*",)), ("other", "http", ()), ("Orders", "http", ()),
])
def test_a_grant_holds_for_its_workflow_and_its_connector(workflow, connector, hosts):
    assert hosts_for(GRANTS, workflow, connector) == hosts
    assert hosts_for((), workflow, connector) == ()
    assert hosts_for(None, workflow, connector) == ("*",)


@pytest.mark.parametrize(("host", "may"), [
    ("api.example.org", True), ("a.example.net", True), ("a.b.example.net", True), ("example.net", False),
    ("evilexample.net", False), ("api.example.org.evil", False), ("", False),
])
def test_a_host_is_one_of_those_or_below_one(host, may):
    assert admits(("api.example.org", "*.example.net"), host) is may
    assert admits(("*",), host) is True
    assert admits((), host) is False


@pytest.mark.parametrize("grant", [*GRANTS, SecretGrant("a-b_9", "aws:lambda", "2001:db8::1")])
def test_a_grant_is_read_as_it_is_written(grant):
    assert parse_grant(str(grant)) == grant


@pytest.mark.parametrize("text", ["", "orders", "orders/http", "/http@*", "orders/@*", "orders/http@", "a b/http@x"])
def test_what_is_no_grant_is_none(text):
    assert parse_grant(text) is None


def test_the_command_leaves_out_what_is_any():
    assert command_of("KEY", SecretGrant("orders")) == "automate secrets grant KEY --workflow orders"
    assert command_of("KEY", SecretGrant("*", "http", "*.example.org")) == (
        "automate secrets grant KEY --workflow '*' --connector http --host '*.example.org'"
    )
